// A link to a broker that stays: what was taken at QoS 1 arrives at the broker, however often the connection is lost, as long
// as this process lives. The store is in memory and of fixed size; when it is full, the newest message is refused and counted.
import type { IPublishPacket } from 'mqtt';
import { KeptOpen, type KeptState } from '../../host/kept-open.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { quoted } from '../../model/plain-text.ts';
import type { Secrets } from '../../model/secrets.ts';
import { type MqttCounters, newMqttCounters } from './counters.ts';
import { type NpmClient, npmClient } from './npm-client.ts';
import { Outbox, type Outgoing, sizeOf } from './outbox.ts';
import type { MqttOptions } from './protocol.ts';
import { type Session, sessionOpener } from './session.ts';
import { fitsFilter, topicProblem } from './topics.ts';

/** Messages of QoS 0 are dropped while the connection has so much that it did not send. */
const BACKLOG_BYTES = 1_048_576;
/** How long `close` waits for acknowledgements. */
const LINGER_MS = 1_000;
/** PUBACK reason of MQTT 5: taken, but nobody subscribes. */
const NOBODY = 16;

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface ReceivedMessage extends MqttMessage {
  /** The broker sent it before, and perhaps it was received before. */
  readonly repeated: boolean;
}

export interface MqttEvents {
  /** The next message comes, and this one is acknowledged, when this has ended: so a slow receiver slows the broker. */
  readonly received: (message: ReceivedMessage) => void | Promise<void>;
  /**
   * @param refusals  filters that the broker refused, and why
   * @param resumed   the broker had kept the session; otherwise it sends all retained messages again
   */
  readonly opened?: (refusals: readonly string[], resumed: boolean) => void;
  /** There is no connection; it is made again by itself. @param why  for people */
  readonly down?: (why: unknown) => void;
}

type Ended = (error?: GatewrightError) => void;

export class MqttLink {
  readonly counters: Readonly<MqttCounters>;
  readonly #counters = newMqttCounters();
  readonly #options: MqttOptions;
  readonly #events: MqttEvents;
  readonly #outbox: Outbox;
  readonly #npm: NpmClient;
  readonly #session: KeptOpen<Session>;
  #closing = false;
  #emptied: () => void = () => {};

  /** Connects to nothing yet. @param secrets  asked at each connection, for the names in the options */
  constructor(options: MqttOptions, events: MqttEvents, secrets: Secrets) {
    this.counters = this.#counters;
    this.#options = options;
    this.#events = events;
    this.#outbox = new Outbox(options.storeMessages, options.storeBytes);
    this.#npm = npmClient(options, packet => this.#receive(packet));
    this.#npm.client.on('packetreceive', packet => {
      if (packet.cmd === 'puback' && packet.reasonCode === NOBODY) this.#counters.unheard += 1;
    });
    this.#session = new KeptOpen(sessionOpener(this.#npm, options, secrets), options, {
      opened: session => this.#opened(session),
      lost: why => this.#lost(why),
      failed: why => this.#failed(why),
    });
  }

  get state(): KeptState {
    return this.#session.state;
  }

  /** Messages of QoS 1 that the broker has not acknowledged. */
  get waits(): number {
    return this.#outbox.size;
  }

  start(): void {
    this.#session.start();
  }

  /**
   * Sends a message. QoS 1: it is kept until the broker has acknowledged it. QoS 0: it is sent now or dropped.
   * @param message  its payload is copied
   * @param ended    called once, at once when it is refused: without an error when the broker has it (QoS 1) or the
   *   connection (QoS 0); with GW_MQTT_TOPIC, GW_MQTT_SIZE, GW_MQTT_FULL, GW_MQTT_DOWN or GW_MQTT_REFUSED otherwise
   * @returns whether it was taken
   */
  publish(message: MqttMessage, ended: Ended = () => {}): boolean {
    const unfit = this.#unfit(message);
    const refused = message.qos === 1 ? this.#keep(message, ended, unfit) : this.#sendOnce(message, ended, unfit);
    if (refused === undefined) return true;
    ended(refused);
    return false;
  }

  /** Waits a second for acknowledgements, says goodbye, so that no will is sent, and ends. What is left is forgotten. */
  async close(): Promise<void> {
    if (this.#closing) return this.#session.close();
    this.#closing = true;
    if (this.#outbox.size > 0 && this.state === 'open') await this.#empty();
    await this.#session.held?.goodbye();
    await this.#session.close();
    const left = this.#outbox.clear();
    this.#counters.forgotten += left.length;
    for (const { ended } of left) ended(down('the link was closed before the broker had it'));
  }

  #unfit(message: MqttMessage): GatewrightError | undefined {
    const problem = topicProblem(message.topic);
    if (problem !== undefined)
      return new GatewrightError('GW_MQTT_TOPIC', `the topic ${quoted(message.topic)} ${problem}; choose another one`);
    const most = Math.min(this.#options.messageBytes, this.#session.held?.mostBytes ?? Number.POSITIVE_INFINITY);
    const size = Buffer.byteLength(message.topic) + message.payload.length;
    return size > most ? tooLarge(size, most) : undefined;
  }

  #keep(message: MqttMessage, ended: Ended, unfit: GatewrightError | undefined): GatewrightError | undefined {
    this.#counters.offered += 1;
    if (unfit !== undefined) {
      this.#counters.refusedUnfit += 1;
      return unfit;
    }
    const { topic, payload, retain } = message;
    if (this.#closing || !this.#outbox.offer({ topic, payload: Buffer.from(payload), retain, ended })) {
      this.#counters.refusedFull += 1;
      if (this.#closing) return down('the link is being closed');
      return new GatewrightError('GW_MQTT_FULL', `${this.waits} messages wait for the broker; send less often`);
    }
    this.#pump();
    return undefined;
  }

  #sendOnce(message: MqttMessage, ended: Ended, unfit: GatewrightError | undefined): GatewrightError | undefined {
    this.#counters.offeredOnce += 1;
    const session = this.#session.held;
    const refused = unfit ?? (session === undefined || this.#closing ? down('nobody keeps QoS 0') : slow(session));
    if (refused !== undefined) {
      this.#counters.droppedOnce += 1;
      return refused;
    }
    this.#counters.sentOnce += 1;
    this.#counters.txBytes += message.payload.length;
    const { topic, payload, retain } = message;
    this.#npm.client.publish(topic, Buffer.from(payload), { qos: 0, retain }, () => ended());
    return undefined;
  }

  /** Hands out as much as the broker takes at once. */
  #pump(): void {
    const session = this.#session.held;
    if (session === undefined) return;
    while (this.#outbox.underWay < session.window) {
      const message = this.#outbox.next();
      if (message === undefined) return;
      const unfit = unfitFor(session, message);
      if (unfit !== undefined) this.#settle(message, unfit);
      else this.#send(message);
    }
  }

  #send(message: Outgoing): void {
    const { topic, payload, retain } = message;
    this.#npm.client.publish(topic, payload, { qos: 1, retain }, error => {
      if (error) this.#settle(message, refusedByBroker(messageOf(error)));
      else this.#settle(message);
      this.#pump();
    });
  }

  #settle(message: Outgoing, error?: GatewrightError): void {
    if (!this.#outbox.settle(message)) return;
    if (error !== undefined) this.#counters.refusedByBroker += 1;
    else {
      this.#counters.acknowledged += 1;
      this.#counters.txBytes += message.payload.length;
    }
    message.ended(error);
    if (this.#outbox.size === 0) this.#emptied();
  }

  async #receive({ topic, payload, qos, retain, dup }: IPublishPacket): Promise<void> {
    if (!this.#options.subscriptions.some(({ filter }) => fitsFilter(filter, topic))) {
      this.#counters.stray += 1;
      return;
    }
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    this.#counters.received += 1;
    this.#counters.rxBytes += bytes.length;
    if (dup) this.#counters.repeated += 1;
    try {
      await this.#events.received({ topic, payload: bytes, qos: qos === 0 ? 0 : 1, retain, repeated: dup });
    } catch {
      // WHY acknowledged all the same: the broker would send it for ever, and nothing behind it.
      this.#counters.failed += 1;
    }
  }

  #empty(): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, LINGER_MS);
      this.#emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #opened(session: Session): void {
    this.#counters.opened += 1;
    if (session.resumed) this.#counters.resumed += 1;
    this.#events.opened?.(session.refusals, session.resumed);
    this.#pump();
  }

  #lost(why: unknown): void {
    this.#emptied();
    if (this.#closing) return;
    this.#counters.lost += 1;
    this.#events.down?.(why);
  }

  #failed(why: unknown): void {
    this.#counters.unopened += 1;
    this.#events.down?.(why);
  }
}

function slow(session: Session): GatewrightError | undefined {
  if (session.backlog() <= BACKLOG_BYTES) return undefined;
  return new GatewrightError('GW_MQTT_FULL', 'the connection is slower than what is sent at QoS 0; send less often');
}

/** What the broker of this session does not take; it would end the connection, and again at each new one. */
function unfitFor({ mostBytes, retains }: Session, message: Outgoing): GatewrightError | undefined {
  if (message.retain && !retains) return refusedByBroker('it keeps no retained messages');
  return sizeOf(message) > mostBytes ? tooLarge(sizeOf(message), mostBytes) : undefined;
}

function tooLarge(size: number, most: number): GatewrightError {
  return new GatewrightError('GW_MQTT_SIZE', `a message of ${size} bytes is too large, the most is ${most}; split it`);
}

function refusedByBroker(why: string): GatewrightError {
  return new GatewrightError('GW_MQTT_REFUSED', `the broker refused a message: ${why}; correct the rights of the link`);
}

function down(why: string): GatewrightError {
  return new GatewrightError('GW_MQTT_DOWN', `there is no connection to the broker, and ${why}; send it again later`);
}
