// One VM's port on a line of MQTT: what it hears, what it may publish, and its share of the store.
import type { Address } from '../../model/address.ts';
import type { EndFigures } from '../../model/line-figures.ts';
import type { LineWorld } from '../field-line.ts';
import { CLOSED, type Held, type LivePort } from '../held-port.ts';
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
  #held: Held | undefined;

  constructor(drawn: LivePort, world: VmPortWorld) {
    this.#vm = drawn.vm;
    this.#world = world;
    this.#share = world.store.join();
    this.#belongTo(drawn);
    this.#held = drawn.held;
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

  /** Its tenant may be another one now, and gates may have opened or closed. */
  become(drawn: LivePort): void {
    this.#belongTo(drawn);
    const wasDeaf = this.#held?.hears === false;
    this.#held = drawn.held;
    if (wasDeaf && drawn.held?.hears !== false && this.#port.plugged) this.#tellRetained();
  }

  /** A message has come. @param line  as the VM hears it @param spoken  as it is told to others */
  hear(topic: string, line: Uint8Array, spoken: () => Readonly<Record<string, unknown>>): void {
    if (!this.#hears.some(filter => fitsFilter(filter, topic))) return;
    if (this.#held?.hears === false) {
      this.#port.withhold();
      this.#refuse(this.#held.by[0], CLOSED, 'out', spoken());
    } else if (this.#port.say(line)) this.#world.frames.tell({ end: this.#vm, direction: 'out' }, spoken);
  }

  figures(): EndFigures {
    const { plugged, in: said, out: heard } = this.#port;
    return { end: this.#vm, plugged, in: { ...said }, out: { ...heard }, firewalls: [] };
  }

  async close(): Promise<void> {
    await this.#port.close();
    this.#share.leave();
  }

  #belongTo(drawn: LivePort): void {
    const { subscriptions, publish } = this.#world.options;
    this.#hears = subscriptions.map(({ filter }) => filterFor(filter, drawn));
    this.#right = new PublishRight(publish, drawn);
  }

  #tellRetained(): void {
    for (const [topic, line] of this.#world.retained.all()) this.hear(topic, line, () => spokenLine(line));
  }

  #said(value: unknown, gone: AbortSignal): Became | Promise<Became> {
    const message = readMessage(value);
    if (message === undefined || topicProblem(message.topic) !== undefined) return 'malformed';
    const granted = this.#held === undefined ? this.#right.granted(message) : undefined;
    if (granted === undefined) return this.#deny(message);
    this.#world.frames.tell({ end: this.#vm, direction: 'in' }, () => spokenMessage(message));
    return granted.qos === 0 ? this.#sendOnce(granted) : this.#keep(granted, gone);
  }

  #deny(message: MqttMessage): Became {
    const [by, rule] = this.#held === undefined ? [BY, 'otherwise'] : [this.#held.by[0], CLOSED];
    this.#refuse(by, rule, 'in', spokenMessage(message));
    return 'denied';
  }

  #refuse(firewall: string, rule: string, direction: 'in' | 'out', spoken: Readonly<Record<string, unknown>>): void {
    const { frames, line } = this.#world;
    frames.tell({ end: this.#vm, direction, refusedBy: firewall }, () => spoken);
    const frame = frameOf(spoken) ?? '';
    line.log({ atMs: line.now(), vm: this.#vm, direction, firewall, rule, passed: false, frame });
  }

  #sendOnce(message: MqttMessage): Became {
    return this.#world.publish(message) ? 'passed' : 'dropped';
  }

  /** Nothing more is read from the VM until there is room; when the VM is gone meanwhile, so is the message. */
  async #keep(message: MqttMessage, gone: AbortSignal): Promise<Became> {
    const size = sizeOf(message);
    if (!(await this.#share.wait(size, gone))) return 'dropped';
    if (this.#held !== undefined) {
      this.#share.free(size);
      return this.#deny(message);
    }
    return this.#world.publish(message, () => this.#share.free(size)) ? 'passed' : 'dropped';
  }
}
