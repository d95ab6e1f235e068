// A line of MQTT that is open: the gateway has the connection and the credentials. Each VM hears the messages of the
// subscriptions as lines of JSON at its serial port, and may publish what the settings let. What one VM publishes reaches another
// by way of the broker only. A frame is a message as in `line-message.ts`, in JSON.
import type { Address } from '../../model/address.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { LineMessages, LineSettings } from '../../model/kinds/line.ts';
import type { EndFigures, LineFigures } from '../../model/line-figures.ts';
import { quoted } from '../../model/plain-text.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../field-line.ts';
import type { LivePort } from '../held-port.ts';
import { readLine } from '../json-lines.ts';
import { noCounts } from '../json-port.ts';
import { settingsFor } from '../line-settings.ts';
import { MessageFrames } from '../message-frames.ts';
import { refuseMessage } from '../message-right.ts';
import { refuseGuards } from '../no-rules.ts';
import { FairStore, type StoreShare } from './fair-store.ts';
import { heardLine, readMessage, spokenMessage } from './line-message.ts';
import { MqttLink, type MqttMessage } from './link.ts';
import { sizeOf } from './outbox.ts';
import { type MqttOptions, mqtt } from './protocol.ts';
import { PublishRight } from './publish-right.ts';
import { RetainedMessages } from './retained.ts';
import { filterFor } from './topics.ts';
import { VmPort, type VmPortWorld } from './vm-port.ts';

export const mqttLine: FieldProtocol = {
  name: 'mqtt',
  open: async (settings: LineSettings, world: LineWorld) => new MqttFieldLine(settingsFor(mqtt, settings), world),
};

class MqttFieldLine implements FieldLine {
  readonly #world: LineWorld;
  readonly #link: MqttLink;
  readonly #frames: MessageFrames;
  /** The room of messages of the flow. */
  readonly #share: StoreShare;
  readonly #right: PublishRight;
  readonly #retained = new RetainedMessages();
  readonly #asked = noCounts();
  /** How long a message of the flow waits to be acknowledged. */
  readonly #askedMs: number;
  readonly #ports = new Map<Address<'vm'>, VmPort>();
  readonly #portWorld: VmPortWorld;
  #why: unknown;
  /** Why the broker last refused something, for people. */
  #refusal: string | undefined;

  constructor(options: MqttOptions, world: LineWorld) {
    this.#world = world;
    this.#frames = new MessageFrames(world);
    const store = new FairStore({ messages: options.storeMessages, bytes: options.storeBytes });
    this.#share = store.join();
    this.#right = new PublishRight(options.publish);
    this.#askedMs = options.connectMs;
    this.#portWorld = {
      ...{ options, line: world, frames: this.#frames, store, retained: this.#retained },
      publish: (message, ended) => this.#publish(message, ended),
    };
    const events = {
      received: (message: MqttMessage) => this.#received(message),
      opened: (refusals: readonly string[], resumed: boolean) => this.#opened(refusals, resumed),
      down: (why: unknown) => {
        this.#why = why;
        this.#retained.lost();
      },
    };
    this.#link = new MqttLink(linkOptions(options), events, world.secrets);
  }

  async change(ports: readonly LivePort[]): Promise<void> {
    refuseGuards(mqtt.title, ports);
    const gone = [...this.#ports].filter(([vm]) => !ports.some(wanted => wanted.vm === vm));
    for (const [vm] of gone) this.#ports.delete(vm);
    for (const wanted of ports) {
      const port = this.#ports.get(wanted.vm);
      if (port === undefined) this.#ports.set(wanted.vm, new VmPort(wanted, this.#portWorld));
      else port.become(wanted);
    }
    await Promise.all([...gone.map(([, port]) => port.close()), ...[...this.#ports.values()].map(port => port.tried)]);
    // WHY not before: the broker sends what it kept for us at once, and VMs that are there shall hear it.
    this.#link.start();
  }

  async ask(request: Uint8Array, may: Exclude<LineMessages, 'none'>): Promise<Uint8Array> {
    this.#asked.frames += 1;
    this.#asked.bytes += request.length;
    const message = this.#granted(request, may);
    this.#frames.tell({ end: 'messages', direction: 'in' }, () => spokenMessage(message));
    const size = sizeOf(message);
    const kept = message.qos === 1;
    if (kept && !this.#share.take(size)) {
      this.#asked.dropped += 1;
      throw new GatewrightError('GW_MQTT_FULL', 'too many messages of the flow wait for the broker; send less often');
    }
    await this.#acknowledged(message, () => {
      if (kept) this.#share.free(size);
    });
    return new Uint8Array();
  }

  figures(): LineFigures {
    const { state, counters, waits } = this.#link;
    return {
      state: state === 'idle' ? 'opening' : state,
      ...(state === 'open' || this.#why === undefined ? {} : { why: messageOf(this.#why) }),
      ends: [...[...this.#ports.values()].map(port => port.figures()), this.#device(), this.#messages()],
      more: {
        waits,
        ...counters,
        retainedLeftOut: this.#retained.leftOut,
        ...(this.#refusal === undefined ? {} : { refusal: this.#refusal }),
      },
    };
  }

  async close(): Promise<void> {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    await Promise.all(ports.map(port => port.close()));
    await this.#link.close();
  }

  /** What is asked, as it may be sent. @throws GatewrightError GW_LINE_MESSAGES, GW_MQTT_MESSAGE, GW_MQTT_PUBLISH */
  #granted(request: Uint8Array, may: Exclude<LineMessages, 'none'>): MqttMessage {
    try {
      refuseMessage(may, 'write');
      const message = readMessage(readLine(request));
      if (message === undefined) throw new GatewrightError('GW_MQTT_MESSAGE', 'that is no message; nothing was sent');
      const granted = this.#right.granted(message);
      if (granted !== undefined) return granted;
      const what = `${message.retain ? 'retained messages' : 'messages'} to ${quoted(message.topic)}`;
      const fact = `nothing lets ${what} be published; add a filter that fits in the bus node`;
      throw new GatewrightError('GW_MQTT_PUBLISH', fact);
    } catch (error) {
      this.#asked.denied += 1;
      throw error;
    }
  }

  /**
   * Publishes for a message of the flow, and waits no longer than a connection may take: it is told then that it is kept.
   * @param ended  called when the message needs no room any more
   * @throws GatewrightError GW_MQTT_DOWN, GW_MQTT_SIZE, GW_MQTT_REFUSED
   */
  #acknowledged(message: MqttMessage, ended: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(stillKept()), this.#askedMs);
      this.#publish(message, error => {
        clearTimeout(timer);
        ended();
        if (error === undefined) return resolve();
        this.#asked.dropped += 1;
        reject(error);
      });
    });
  }

  #publish(message: MqttMessage, ended: (error?: GatewrightError) => void = () => {}): boolean {
    return this.#link.publish(message, error => {
      if (error === undefined) this.#frames.tell({ end: 'device', direction: 'out' }, () => spokenMessage(message));
      else if (error.code === 'GW_MQTT_REFUSED') this.#refusal = error.message;
      ended(error);
    });
  }

  /** WHY it never waits: one VM that does not read would hold up all others, and the broker. */
  #received(message: MqttMessage): void {
    const spoken = spokenMessage(message);
    this.#frames.tell({ end: 'device', direction: 'in' }, () => spoken);
    const line = heardLine(spoken, this.#world.now());
    this.#retained.heard(message, line);
    for (const port of this.#ports.values()) port.hear(message.topic, line, () => spoken);
  }

  #opened(refusals: readonly string[], resumed: boolean): void {
    this.#why = undefined;
    if (!resumed) this.#retained.renewed();
    if (refusals.length > 0) this.#refusal = `the broker refused to be subscribed to ${refusals.join(', ')}`;
  }

  #device(): EndFigures {
    const { counters, state } = this.#link;
    const { received, rxBytes, acknowledged, sentOnce, txBytes } = counters;
    const { droppedOnce, refusedFull, refusedUnfit, refusedByBroker, forgotten } = counters;
    const dropped = droppedOnce + refusedFull + refusedUnfit + refusedByBroker + forgotten;
    return {
      ...{ end: 'device', plugged: state === 'open', firewalls: [] },
      in: { ...noCounts(), frames: received, bytes: rxBytes },
      out: { ...noCounts(), frames: acknowledged + sentOnce, bytes: txBytes, dropped },
    };
  }

  #messages(): EndFigures {
    return { end: 'messages', in: { ...this.#asked }, out: noCounts(), firewalls: [] };
  }
}

function stillKept(): GatewrightError {
  const message = 'the broker has not acknowledged the message; it is kept, and sent as soon as there is a connection';
  return new GatewrightError('GW_MQTT_DOWN', message);
}

/** Subscribed to once for all VMs, at the highest QoS that is asked for. */
function linkOptions(options: MqttOptions): MqttOptions {
  const highest = new Map<string, number>();
  for (const { filter, qos } of options.subscriptions) {
    const all = filterFor(filter);
    highest.set(all, Math.max(qos, highest.get(all) ?? 0));
  }
  return { ...options, subscriptions: [...highest].map(([filter, qos]) => ({ filter, qos })) };
}
