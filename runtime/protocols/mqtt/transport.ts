// The byte stream to a broker: TCP, or TLS with the other end's certificate checked always.
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import type { MqttOptions } from './protocol.ts';

/**
 * Connects within the time of the settings.
 * @throws GatewrightError GW_MQTT_DOWN, GW_LINK_TLS, GW_LINK_SECRET
 */
export async function openTransport(options: MqttOptions, secrets: Secrets, signal: AbortSignal): Promise<Socket> {
  const key = options.tls ? await fetchSecret(secrets, options.key) : undefined;
  const socket = options.tls ? secured(options, key) : plain(options);
  const bound = AbortSignal.any([signal, AbortSignal.timeout(options.connectMs)]);
  let reached = false;
  socket.once('connect', () => {
    reached = true;
  });
  try {
    await ready(socket, options.tls ? 'secureConnect' : 'connect', bound);
    return socket;
  } catch (cause) {
    socket.destroy();
    throw refusal(options, cause, options.tls && reached && !bound.aborted);
  }
}

function plain({ host, port }: MqttOptions): Socket {
  return connect({ host, port, noDelay: true, keepAlive: true });
}

/** @throws GatewrightError GW_LINK_SECRET when the key is none, and never with anything of it in the error */
function secured(options: MqttOptions, key: string | undefined): TLSSocket {
  const { host, port, authority, serverName, certificate } = options;
  const name = serverName === '' ? (isIP(host) === 0 ? host : undefined) : serverName;
  const settings: ConnectionOptions = {
    ...{ host, port, minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...(name === undefined ? {} : { servername: name }),
    ...(authority === '' ? {} : { ca: authority }),
    ...(certificate === '' ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    return connectTls(settings).setNoDelay(true);
  } catch {
    const message = 'a certificate or the client key of the link is no PEM; store it again';
    throw new GatewrightError('GW_LINK_SECRET', message);
  }
}

function ready(socket: Socket, event: string, bound: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      bound.removeEventListener('abort', late);
      socket.off('error', fail);
      // An error is always followed by `close`, which the owner listens for.
      socket.on('error', () => {});
      settle();
    };
    const fail = (why: Error) => end(() => reject(why));
    const late = () => end(() => reject(new Error('no answer in time')));
    socket.once('error', fail);
    socket.once('close', () => end(() => reject(new Error('the other end closed the connection'))));
    socket.once(event, () => end(resolve));
    bound.addEventListener('abort', late);
    if (bound.aborted) late();
  });
}

function refusal({ host, port }: MqttOptions, cause: unknown, distrust: boolean): GatewrightError {
  const why = messageOf(cause);
  return distrust
    ? new GatewrightError('GW_LINK_TLS', `no trust with ${host}:${port}: ${why}; check both certificates`, { cause })
    : new GatewrightError('GW_MQTT_DOWN', `no connection to ${host}:${port}: ${why}; start the broker`, { cause });
}
