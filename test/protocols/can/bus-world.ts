// A CAN bus for tests, with sockets that stand in for the serial ports of guests.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../../../runtime/model/address.ts';
import type { LinePort, LineRule } from '../../../runtime/model/kinds/line.ts';
import type { EndFigures, LineLogEntry } from '../../../runtime/model/line-figures.ts';
import type { LineEnd, LineFrame } from '../../../runtime/model/line-frame.ts';
import { canLine } from '../../../runtime/protocols/can/field-line.ts';
import { checkFrame } from '../../../runtime/protocols/can/frame.ts';
import { writeFrameLine } from '../../../runtime/protocols/can/slcan/line.ts';
import { SlcanReader } from '../../../runtime/protocols/can/slcan/reader.ts';
import type { FieldLine, FieldProtocol } from '../../../runtime/protocols/field-line.ts';
import { until } from '../../lanes/engine/world.ts';
import { inLane } from './frames.ts';

const MOST_LOOKS = 5_000;
const GATEWAY = 'vm.box/';
export const vm = (name: string): Address<'vm'> => `${GATEWAY}${name}`;
export const nameOf = (address: Address<'vm'>) => address.slice(GATEWAY.length);

/** A rule for standard identifiers of a range. */
export function accepts(first: number, last = first, more: Partial<Record<string, unknown>> = {}): LineRule {
  const id = `ids-${first.toString(16)}`;
  const any = { format: 'standard', remote: 'any', type: 'any', lengths: [], action: 'accept', log: false };
  return { id, ids: [{ first, last }], ...any, direction: 'both', ...more };
}

export function port(name: string, ...firewalls: readonly (readonly LineRule[])[]): LinePort {
  const guards = firewalls.map((rules, index) => ({ firewall: `wall-${index + 1}`, rules: [...rules] }));
  return { vm: vm(name), tenant: `${name}-owner`, guards };
}

export const frameOf = (id: number, ...data: number[]) => inLane(checkFrame({ id, data }));
export const lineOf = (frame: Uint8Array) => {
  const into = new Uint8Array(150);
  return Buffer.from(into.subarray(0, writeFrameLine(frame, into, 0)));
};

/** A guest's serial port: it listens, and whoever connects is the bus. */
export class BusGuest {
  /** Frames it heard, in hex. */
  readonly heard: string[] = [];
  /** With each of them, ms within a minute; -1 for one without. */
  readonly times: number[] = [];
  /** What else it was told: the ends of lines that are an adapter's answers. */
  answers = '';
  /** Called with each, when somebody wants it. */
  onHeard: ((frame: Uint8Array) => void) | undefined;
  readonly #path: string;
  #server: Server | undefined;
  #socket: Socket | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The machine starts. @param reads  whether it ever reads */
  async start(reads = true): Promise<void> {
    const server = createServer(socket => {
      this.#socket?.destroy();
      this.#socket = socket;
      socket.on('error', () => {});
      socket.on('end', () => socket.destroy());
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = undefined;
      });
      if (reads) this.#listen(socket);
    }).listen(this.#path);
    this.#server = server;
    await once(server, 'listening');
  }

  /** The machine ends. */
  stop(): void {
    this.#server?.close();
    this.#server = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** Whether the bus is connected. */
  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  say(...frames: readonly Uint8Array[]): void {
    this.type(Buffer.concat(frames.map(lineOf)));
  }

  /** Bytes as they are. */
  type(bytes: Uint8Array | string): void {
    this.#socket?.write(bytes);
  }

  /** Identifiers it heard. */
  get ids(): readonly number[] {
    return this.heard.map(hex => Buffer.from(hex, 'hex').readUInt32LE(0));
  }

  #listen(socket: Socket): void {
    const reader = new SlcanReader({
      frame: (frame, time) => {
        if (this.onHeard !== undefined) return this.onHeard(frame);
        this.heard.push(Buffer.from(frame).toString('hex'));
        this.times.push(time);
      },
      line: text => {
        this.answers += `${text}\r`;
      },
      ...{ refusal: () => {}, malformed: () => {} },
    });
    socket.on('data', chunk => reader.take(chunk));
  }
}

export interface BusWorld {
  readonly line: FieldLine;
  /** Of the sockets, `<name>.sock`. */
  readonly folder: string;
  readonly heard: LineFrame[];
  readonly log: LineLogEntry[];
  /** Set it to hear. */
  listening: boolean;
  lost: number;
  guest(name: string): BusGuest;
  end(end: LineEnd): EndFigures;
  /** Waits until all of these are connected. */
  plugged(...names: readonly string[]): Promise<void>;
}

type Opener = FieldProtocol['open'];

/** Runs something with a bus, and takes everything down whatever happens. */
export async function withBus(
  settings: Readonly<Record<string, string | number | boolean>>,
  work: (world: BusWorld) => Promise<void>,
  open: Opener = canLine.open,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'can-bus-'));
  const guests = new Map<string, BusGuest>();
  try {
    await withLine(settings, open, folder, guests, work);
  } finally {
    for (const guest of guests.values()) guest.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withLine(
  settings: Parameters<Opener>[0],
  open: Opener,
  folder: string,
  guests: Map<string, BusGuest>,
  work: (world: BusWorld) => Promise<void>,
): Promise<void> {
  const world = { heard: [] as LineFrame[], log: [] as LineLogEntry[], listening: false, lost: 0 };
  const line = await open(settings, {
    now: Date.now,
    secrets: async () => undefined,
    ears: {
      get any() {
        return world.listening;
      },
      tell: frame => void world.heard.push(frame),
      lost: count => {
        world.lost += count;
      },
    },
    log: entry => void world.log.push(entry),
    socketOf: address => join(folder, `${nameOf(address)}.sock`),
  });
  const end = (name: LineEnd) =>
    line.figures().ends.find(each => each.end === name) ?? assert.fail(`there is no end ${name}`);
  const guest = (name: string) => {
    const known = guests.get(name) ?? new BusGuest(join(folder, `${name}.sock`));
    guests.set(name, known);
    return known;
  };
  const isPlugged = (name: string) => end(vm(name)).plugged === true && guest(name).isConnected;
  const plugged = (...names: readonly string[]) => until(() => names.every(isPlugged));
  try {
    await work(Object.assign(world, { line, folder, end, guest, plugged }));
  } finally {
    await line.close();
  }
}

/** Waits until something is as expected, and says what it is otherwise: frames are counted a little after they are heard. */
export async function becomes<T>(look: () => T, expected: T): Promise<void> {
  for (let tries = 0; tries < MOST_LOOKS && !isDeepStrictEqual(look(), expected); tries += 1)
    await new Promise(resolve => setTimeout(resolve, 1));
  assert.deepEqual(look(), expected);
}

export { until };
