// One connection to a broker: login, what was not acknowledged before is sent again, subscriptions. Then it is open.
import type { Socket } from 'node:net';
import { type IConnackPacket, type IDisconnectPacket, type Packet, ReasonCodes } from 'mqtt';
import type { Held, OpenHeld } from '../../host/kept-open.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import type { NpmClient } from './npm-client.ts';
import type { MqttOptions } from './protocol.ts';
import { openTransport } from './transport.ts';

/** Most messages under way without acknowledgement, also where the broker would take more. */
const WINDOW = 64;
/** How long saying goodbye may take. */
const GOODBYE_MS = 1_000;

export interface Session extends Held {
  /** Messages of QoS 1 that may be under way at once. */
  readonly window: number;
  /** Largest packet that the broker takes, in bytes. */
  readonly mostBytes: number;
  readonly retains: boolean;
  /** The broker had kept the session. */
  readonly resumed: boolean;
  /** Filters that the broker refused, and why. */
  readonly refusals: readonly string[];
  /** Bytes that were written and not taken by the connection. */
  readonly backlog: () => number;
  /** Ends it so that the broker does not send the will. */
  goodbye(): Promise<void>;
}

/** How to open a session on a client, as {@link OpenHeld} wants it. @throws GatewrightError GW_MQTT_REFUSED, GW_MQTT_DOWN, … */
export function sessionOpener(npm: NpmClient, options: MqttOptions, secrets: Secrets): OpenHeld<Session> {
  let subscribed = false;
  return async (lost, signal) => {
    const password = await fetchSecret(secrets, options.password);
    const stream = await openTransport(options, secrets, signal);
    const { client } = npm;
    const ears = listen(npm, lost);
    const close = async () => {
      const gone = stream.closed ? undefined : new Promise(resolve => stream.once('close', resolve));
      stream.destroy();
      await gone;
      ears.stop();
    };
    const abort = () => stream.destroy();
    signal.addEventListener('abort', abort);
    const stopWaiting = endWhenSilent(npm, stream, options.connectMs);
    try {
      npm.speak(stream, password);
      const welcome = await ears.welcome;
      if (welcome.properties?.maximumQoS === 0) throw refused('it has QoS 0 only');
      const fresh = !subscribed || !welcome.sessionPresent;
      const refusals = fresh ? await subscribe(npm, options, subscribed ? 1 : 0) : [];
      subscribed = true;
      return { ...factsOf(welcome), refusals, backlog: () => stream.writableLength, close, goodbye: () => leave(npm) };
    } catch (error) {
      await close();
      throw error instanceof GatewrightError ? error : down(error);
    } finally {
      stopWaiting();
      signal.removeEventListener('abort', abort);
      client.removeListener('close', ears.beforeWelcome);
    }
  };
}

function factsOf({ properties, sessionPresent }: IConnackPacket) {
  return {
    window: Math.min(WINDOW, properties?.receiveMaximum ?? WINDOW),
    mostBytes: properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    retains: properties?.retainAvailable ?? true,
    resumed: sessionPresent,
  };
}

/** Ends a connection that is being opened when the broker says nothing for so long; pings do not count. */
function endWhenSilent({ client }: NpmClient, stream: Socket, ms: number): () => void {
  const timer = setTimeout(() => stream.destroy(), ms);
  const heard = ({ cmd }: Packet) => {
    if (cmd !== 'pingresp') timer.refresh();
  };
  client.on('packetreceive', heard);
  return () => {
    clearTimeout(timer);
    client.removeListener('packetreceive', heard);
  };
}

/** Hears what becomes of a connection; the client tells the reason before it tells the end. */
function listen({ client }: NpmClient, lost: (why: unknown) => void) {
  let why: unknown;
  const failed = (error: unknown) => {
    why ??= error;
  };
  const dismissed = ({ reasonCode }: IDisconnectPacket) => {
    if (reasonCode !== undefined && reasonCode > 0) why ??= new Error(reasonOf(reasonCode));
  };
  const { promise: welcome, resolve, reject } = Promise.withResolvers<IConnackPacket>();
  // Who waits for it hears of it; when nobody does any more, it must not end the process.
  welcome.catch(() => {});
  const beforeWelcome = () => reject(refusalOf(why));
  const closed = () => lost(refusalOf(why));
  const heard = { error: failed, disconnect: dismissed, connect: resolve, close: closed };
  client.on('error', failed).on('disconnect', dismissed).on('connect', resolve);
  client.on('close', beforeWelcome).on('close', closed);
  const stop = () => {
    client.removeListener('error', heard.error).removeListener('disconnect', heard.disconnect);
    client.removeListener('connect', heard.connect).removeListener('close', heard.close);
  };
  return { welcome, beforeWelcome, stop };
}

/** Subscribes to all filters. @param retained  0: the broker sends retained messages now, 1: only for new filters */
function subscribe({ client }: NpmClient, { subscriptions }: MqttOptions, retained: 0 | 1): Promise<readonly string[]> {
  if (subscriptions.length === 0) return Promise.resolve([]);
  const wanted = Object.fromEntries(
    subscriptions.map(({ filter, qos }) => [filter, { qos: qos as 0 | 1, rh: retained, rap: true }]),
  );
  const filters = Object.keys(wanted);
  return new Promise((resolve, reject) => {
    client.subscribe(wanted, (error, _granted, packet) => {
      const codes = packet?.granted as readonly number[] | undefined;
      if (codes === undefined) return reject(error ?? new Error('the broker did not answer the subscription'));
      resolve(filters.flatMap((filter, at) => refusedFilter(filter, codes[at] ?? 128)));
    });
  });
}

function refusedFilter(filter: string, code: number): readonly string[] {
  return code < 128 ? [] : [`${filter}: ${reasonOf(code)}`];
}

/** WHY outgoing is emptied: the client would wait for acknowledgements that we have given up. */
function leave({ client }: NpmClient): Promise<void> {
  client.outgoing = {};
  return new Promise(resolve => {
    const timer = setTimeout(resolve, GOODBYE_MS);
    client.end(false, {}, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function reasonOf(code: number): string {
  return (ReasonCodes as Readonly<Record<number, string>>)[code] || `reason ${code}`;
}

function refusalOf(why: unknown): GatewrightError {
  if (why instanceof GatewrightError) return why;
  const code = (why as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'number' && code >= 128 ? refused(messageOf(why)) : down(why);
}

function refused(why: string): GatewrightError {
  return new GatewrightError('GW_MQTT_REFUSED', `the broker refused: ${why}; correct the login or its rights`);
}

function down(why: unknown): GatewrightError {
  const said = why === undefined ? 'the broker closed it' : messageOf(why);
  return new GatewrightError('GW_MQTT_DOWN', `no connection to the broker: ${said}; it is made again by itself`);
}
