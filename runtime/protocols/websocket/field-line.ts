// A line of WebSocket that is open: the gateway has the connection, or the port, and the token. Each VM hears what the other end
// sends, as lines of JSON at its serial port, and may send; no VM hears another. A frame is as in `line-message.ts`, in JSON.
import type { Address } from '../../model/address.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { LineMessages, LineSettings } from '../../model/kinds/line.ts';
import type { EndFigures, LineFigures } from '../../model/line-figures.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../field-line.ts';
import { type Held, type LivePort, refusedEntry } from '../held-port.ts';
import { lineOf, readLine } from '../json-lines.ts';
import { type Became, JsonPort, noCounts } from '../json-port.ts';
import { settingsFor } from '../line-settings.ts';
import { frameOf, MessageFrames } from '../message-frames.ts';
import { refuseMessage } from '../message-right.ts';
import { refuseGuards } from '../no-rules.ts';
import { WebSocketClient } from './client.ts';
import { readFrame, spokenFrame } from './line-message.ts';
import type { WebSocketLink } from './link.ts';
import { type WebSocketOptions, websocket } from './protocol.ts';
import { WebSocketListener } from './server.ts';

/** A line holds a frame in base64, in which slashes may be escaped. */
const lineBytesFor = (frameBytes: number) => 2 * frameBytes + 1_024;

export const websocketLine: FieldProtocol = {
  name: 'websocket',
  open: async (settings: LineSettings, world: LineWorld) =>
    new WebSocketFieldLine(settingsFor(websocket, settings), world),
};

class WebSocketFieldLine implements FieldLine {
  readonly #options: WebSocketOptions;
  readonly #world: LineWorld;
  readonly #link: WebSocketLink;
  readonly #frames: MessageFrames;
  readonly #asked = noCounts();
  readonly #ports = new Map<Address<'vm'>, JsonPort>();
  /** By gates that are closed. */
  #held: ReadonlyMap<Address<'vm'>, Held> = new Map();
  #why: unknown;

  constructor(options: WebSocketOptions, world: LineWorld) {
    this.#options = options;
    this.#world = world;
    this.#frames = new MessageFrames(world);
    const events = {
      received: (frame: Uint8Array) => this.#received(frame),
      opened: () => {
        this.#why = undefined;
      },
      down: (why: unknown) => {
        this.#why = why;
      },
    };
    const End = options.role === 'server' ? WebSocketListener : WebSocketClient;
    this.#link = new End(options, events, world.secrets);
  }

  async change(ports: readonly LivePort[]): Promise<void> {
    refuseGuards(websocket.title, ports);
    this.#held = new Map(ports.flatMap(({ vm, held }) => (held === undefined ? [] : [[vm, held]])));
    const gone = [...this.#ports].filter(([vm]) => !ports.some(wanted => wanted.vm === vm));
    for (const [vm] of gone) this.#ports.delete(vm);
    for (const { vm } of ports) if (!this.#ports.has(vm)) this.#ports.set(vm, this.#portFor(vm));
    await Promise.all([...gone.map(([, port]) => port.close()), ...[...this.#ports.values()].map(port => port.tried)]);
    // WHY not before: VMs that are there shall hear the first frame too.
    this.#link.start();
  }

  async ask(request: Uint8Array, may: Exclude<LineMessages, 'none'>): Promise<Uint8Array> {
    this.#asked.frames += 1;
    this.#asked.bytes += request.length;
    const frame = this.#frameAsked(request, may);
    this.#frames.tell({ end: 'messages', direction: 'in' }, () => spokenFrame(frame));
    if (this.#send(frame)) return new Uint8Array();
    this.#asked.dropped += 1;
    const fact = 'somebody is not there, or does not read fast enough';
    throw new GatewrightError('GW_WEBSOCKET_LOST', `the frame did not go to all: ${fact}; send it again later`);
  }

  figures(): LineFigures {
    const { state, counters } = this.#link;
    return {
      state: state === 'idle' ? 'opening' : state,
      ...(state === 'open' || this.#why === undefined ? {} : { why: messageOf(this.#why) }),
      ends: [...[...this.#ports].map(vmFigures), this.#device(), this.#messages()],
      more: { ...(this.#link instanceof WebSocketListener ? { peers: this.#link.peers } : {}), ...counters },
    };
  }

  async close(): Promise<void> {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    await Promise.all([...ports.map(port => port.close()), this.#link.close()]);
  }

  #portFor(vm: Address<'vm'>): JsonPort {
    const { frameBytes, queueBytes } = this.#options;
    return new JsonPort({
      path: this.#world.socketOf(vm),
      lineBytes: lineBytesFor(frameBytes),
      queueBytes,
      said: value => this.#said(vm, value),
    });
  }

  #said(vm: Address<'vm'>, value: unknown): Became {
    const frame = readFrame(value);
    if (frame === undefined) return 'malformed';
    const held = this.#held.get(vm);
    if (held !== undefined) return this.#refuse(held, vm, 'in', spokenFrame(frame));
    this.#frames.tell({ end: vm, direction: 'in' }, () => spokenFrame(frame));
    return this.#send(frame) ? 'passed' : 'dropped';
  }

  #send(frame: Uint8Array): boolean {
    const sent = this.#link.send(frame);
    if (sent) this.#frames.tell({ end: 'device', direction: 'out' }, () => spokenFrame(frame));
    return sent;
  }

  /** WHY it never waits: one VM that does not read would hold up all others. */
  #received(frame: Uint8Array): void {
    const spoken = spokenFrame(frame);
    this.#frames.tell({ end: 'device', direction: 'in' }, () => spoken);
    const line = lineOf({ ...spoken, atMs: this.#world.now() });
    for (const [vm, port] of this.#ports) {
      const held = this.#held.get(vm);
      if (held?.hears === false) {
        port.withhold();
        this.#refuse(held, vm, 'out', spoken);
      } else if (port.say(line)) this.#frames.tell({ end: vm, direction: 'out' }, () => spoken);
    }
  }

  #refuse(held: Held, vm: Address<'vm'>, direction: 'in' | 'out', spoken: ReturnType<typeof spokenFrame>): 'denied' {
    const { now, log } = this.#world;
    this.#frames.tell({ end: vm, direction, refusedBy: held.by[0] }, () => spoken);
    log(refusedEntry(held, { atMs: now(), vm, direction, frame: frameOf(spoken) ?? '' }));
    return 'denied';
  }

  /** @throws GatewrightError GW_LINE_MESSAGES, GW_WEBSOCKET_MESSAGE */
  #frameAsked(request: Uint8Array, may: Exclude<LineMessages, 'none'>): Uint8Array {
    try {
      refuseMessage(may, 'write');
      const frame = readFrame(readLine(request));
      if (frame === undefined) throw new GatewrightError('GW_WEBSOCKET_MESSAGE', 'that is no frame; nothing was sent');
      const { frameBytes } = this.#options;
      if (frame.length <= frameBytes) return frame;
      const fact = `a frame of ${frame.length} bytes is too large, the most is ${frameBytes}; send it in pieces`;
      throw new GatewrightError('GW_WEBSOCKET_MESSAGE', fact);
    } catch (error) {
      this.#asked.denied += 1;
      throw error;
    }
  }

  #device(): EndFigures {
    const link = this.#link;
    const { rxFrames, rxBytes, unfit, oversize, txFrames, txBytes, ...dropped } = link.counters;
    const { droppedSize, droppedDown, droppedFull, droppedLost } = dropped;
    return {
      ...{ end: 'device', plugged: link instanceof WebSocketListener ? link.peers > 0 : link.state === 'open' },
      in: { ...noCounts(), frames: rxFrames, bytes: rxBytes, malformed: unfit + oversize },
      out: {
        ...{ ...noCounts(), frames: txFrames, bytes: txBytes },
        dropped: droppedSize + droppedDown + droppedFull + droppedLost,
      },
      firewalls: [],
    };
  }

  #messages(): EndFigures {
    return { end: 'messages', in: { ...this.#asked }, out: noCounts(), firewalls: [] };
  }
}

function vmFigures([end, port]: readonly [Address<'vm'>, JsonPort]): EndFigures {
  return { end, plugged: port.plugged, in: { ...port.in }, out: { ...port.out }, firewalls: [] };
}
