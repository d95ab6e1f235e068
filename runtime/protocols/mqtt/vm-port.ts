// One VM's port on a line of MQTT: what it hears, what it may publish, and its share of the store.
import type { Address } from '../../model/address.ts';
import type { LinePort } from '../../model/kinds/line.ts';
import type { EndFigures } from '../../model/line-figures.ts';
import type { LineWorld } from '../field-line.ts';
import { type Became, JsonPort } from '../json-port.ts';
import { frameOf, type MessageFrames } from '../message-frames.ts';
import type { FairStore, StoreShare } from './fair-store.ts';
import { readMessage, spokenLine, spokenMessage } from './line-message.ts';
import type { MqttLink, MqttMessage } from './link.ts';
import { sizeOf } from './outbox.ts';
import type { MqttOptions } from './protocol.ts';
import { PublishRight } from './publish-right.ts';
import type { RetainedMessages } from './retained.ts';
import { filterFor, fitsFilter, topicProblem } from './topics.ts';

/** In what is seen and logged, the setting that let a message not pass stands where firewalls do. */
const BY = 'publish';
/** A line holds a message in base64, and a topic in which characters may be escaped. */
const lineBytesFor = (messageBytes: number) => 2 * messageBytes + 1_024;

export interface VmPortWorld {
  readonly options: MqttOptions;
  readonly line: LineWorld;
  readonly frames: MessageFrames;
  readonly store: FairStore;
  readonly retained: RetainedMessages;
  readonly publish: MqttLink['publish'];
}

export class VmPort {
  readonly #vm: Address<'vm'>;
  readonly #world: VmPortWorld;
  readonly #port: JsonPort;
  readonly #share: StoreShare;
  #hears: readonly string[] = [];
  #right = new PublishRight([]);

  constructor(drawn: LinePort, world: VmPortWorld) {
    this.#vm = drawn.vm;
    this.#world = world;
    this.#share = world.store.join();
    this.belongTo(drawn);
    const { messageBytes, queueBytes } = world.options;
    this.#port = new JsonPort({
      path: world.line.socketOf(drawn.vm),
      lineBytes: lineBytesFor(messageBytes),
      queueBytes,
      said: (value, gone) => this.#said(value, gone),
      plugged: () => this.#tellRetained(),
    });
  }

  /** Resolves when it was tried once to reach the VM. */
  get tried(): Promise<void> {
    return this.#port.tried;
  }

  /** Its tenant may be another one now. */
  belongTo(drawn: Pick<LinePort, 'vm' | 'tenant'>): void {
    const { subscriptions, publish } = this.#world.options;
    this.#hears = subscriptions.map(({ filter }) => filterFor(filter, drawn));
    this.#right = new PublishRight(publish, drawn);
  }

  /** A message has come. @param line  as the VM hears it @param spoken  as it is told to others */
  hear(topic: string, line: Uint8Array, spoken: () => Readonly<Record<string, unknown>>): void {
    if (!this.#hears.some(filter => fitsFilter(filter, topic))) return;
    if (this.#port.say(line)) this.#world.frames.tell({ end: this.#vm, direction: 'out' }, spoken);
  }

  figures(): EndFigures {
    const { plugged, in: said, out: heard } = this.#port;
    return { end: this.#vm, plugged, in: { ...said }, out: { ...heard }, firewalls: [] };
  }

  async close(): Promise<void> {
    await this.#port.close();
    this.#share.leave();
  }

  #tellRetained(): void {
    for (const [topic, line] of this.#world.retained.all()) this.hear(topic, line, () => spokenLine(line));
  }

  #said(value: unknown, gone: AbortSignal): Became | Promise<Became> {
    const message = readMessage(value);
    if (message === undefined || topicProblem(message.topic) !== undefined) return 'malformed';
    const granted = this.#right.granted(message);
    if (granted === undefined) return this.#deny(message);
    this.#world.frames.tell({ end: this.#vm, direction: 'in' }, () => spokenMessage(message));
    return granted.qos === 0 ? this.#sendOnce(granted) : this.#keep(granted, gone);
  }

  #deny(message: MqttMessage): Became {
    const { frames, line } = this.#world;
    const spoken = spokenMessage(message);
    frames.tell({ end: this.#vm, direction: 'in', refusedBy: BY }, () => spoken);
    const frame = frameOf(spoken) ?? '';
    line.log({
      atMs: line.now(),
      vm: this.#vm,
      direction: 'in',
      firewall: BY,
      rule: 'otherwise',
      passed: false,
      frame,
    });
    return 'denied';
  }

  #sendOnce(message: MqttMessage): Became {
    return this.#world.publish(message) ? 'passed' : 'dropped';
  }

  /** Nothing more is read from the VM until there is room; when the VM is gone meanwhile, so is the message. */
  async #keep(message: MqttMessage, gone: AbortSignal): Promise<Became> {
    const size = sizeOf(message);
    if (!(await this.#share.wait(size, gone))) return 'dropped';
    return this.#world.publish(message, () => this.#share.free(size)) ? 'passed' : 'dropped';
  }
}
