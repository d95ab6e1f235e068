// A plain serial line that is open: its port belongs to the gateway, and one VM has it as if it were its own. A frame is some bytes
// as they came in one piece; nobody answers.
import type { Socket } from 'node:net';
import type { Address } from '../../model/address.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { LineMessages } from '../../model/kinds/line.ts';
import type { EndFigures, LineFigures, WireFigures } from '../../model/line-figures.ts';
import type { LineEnd } from '../../model/line-frame.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../field-line.ts';
import { type Held, type LivePort, refusedEntry } from '../held-port.ts';
import { settingsFor } from '../line-settings.ts';
import { refuseMessage } from '../message-right.ts';
import { refuseGuards } from '../no-rules.ts';
import { VmSocket } from '../vm-socket.ts';
import { SerialLine } from './line.ts';
import { type SerialOptions, serial } from './protocol.ts';

export const serialLine: FieldProtocol = {
  name: 'serial',
  open: async (settings, world) => new SerialFieldLine(settingsFor(serial, settings), world),
};

/** Pieces of bytes that passed an end, and those that could not. */
class Passed {
  #frames = 0;
  #bytes = 0;
  #dropped = 0;
  #denied = 0;

  count(bytes: number): void {
    this.#frames += 1;
    this.#bytes += bytes;
  }

  drop(): void {
    this.#dropped += 1;
  }

  deny(): void {
    this.#denied += 1;
  }

  get figures(): WireFigures {
    return { frames: this.#frames, bytes: this.#bytes, denied: this.#denied, dropped: this.#dropped, malformed: 0 };
  }
}

interface Guest {
  readonly vm: Address<'vm'>;
  readonly socket: VmSocket;
  readonly in: Passed;
  readonly out: Passed;
  /** What it said, and the line has no room for yet; it is not read meanwhile. */
  waits: Uint8Array;
  /** By gates that are closed; absent = by none. */
  held: Held | undefined;
}

const NOTHING = new Uint8Array(0);

class SerialFieldLine implements FieldLine {
  readonly #world: LineWorld;
  readonly #line: SerialLine;
  readonly #device = { in: new Passed(), out: new Passed() };
  readonly #messages = { in: new Passed(), out: new Passed() };
  #guest: Guest | undefined;
  #why: unknown;

  constructor(options: SerialOptions, world: LineWorld) {
    this.#world = world;
    this.#line = new SerialLine(options, {
      received: bytes => this.#received(bytes),
      opened: () => {
        this.#why = undefined;
      },
      down: why => {
        this.#why = why;
        this.#pump();
      },
      room: () => this.#pump(),
    });
    this.#line.start();
  }

  async change(ports: readonly LivePort[]): Promise<void> {
    refuseGuards(serial.title, ports);
    const [wanted, second] = ports;
    if (second !== undefined)
      throw new GatewrightError('GW_LINE_ONE', `${ports.length} VMs are on this line; keep the wire of one`);
    const before = this.#guest;
    if (before !== undefined && before.vm === wanted?.vm) return this.#hold(before, wanted.held);
    if (before?.vm === wanted?.vm) return;
    this.#guest = undefined;
    // Nobody is waited for any more.
    this.#line.resume();
    await before?.socket.close();
    if (wanted !== undefined) this.#guest = this.#guestOf(wanted);
  }

  async ask(request: Uint8Array, may: Exclude<LineMessages, 'none'>): Promise<Uint8Array> {
    refuseMessage(may, 'write');
    this.#messages.in.count(request.length);
    this.#tell('messages', 'in', request);
    if (this.#line.write(request)) {
      this.#sent(request);
      return NOTHING;
    }
    this.#device.out.drop();
    if (this.#line.state === 'open')
      throw new GatewrightError('GW_SERIAL_FULL', `${this.#line.waits} bytes wait for this line; send less often`);
    throw new GatewrightError(
      'GW_SERIAL_DOWN',
      `the line is not open: ${messageOf(this.#why ?? 'it is being opened')}`,
    );
  }

  figures(): LineFigures {
    const { state, counters } = this.#line;
    const guest = this.#guest;
    const end = (name: LineEnd, passed: { readonly in: Passed; readonly out: Passed }): EndFigures => ({
      ...{ end: name, in: passed.in.figures, out: passed.out.figures, firewalls: [] },
    });
    return {
      state: state === 'idle' ? 'opening' : state,
      ...(state === 'open' || this.#why === undefined ? {} : { why: messageOf(this.#why) }),
      ends: [
        { ...end('device', this.#device), plugged: state === 'open' },
        ...(guest === undefined ? [] : [{ ...end(guest.vm, guest), plugged: guest.socket.socket !== undefined }]),
        end('messages', this.#messages),
      ],
      more: { ...counters, waits: this.#line.waits },
    };
  }

  async close(): Promise<void> {
    const guest = this.#guest;
    this.#guest = undefined;
    await Promise.all([guest?.socket.close(), this.#line.close()]);
  }

  #guestOf({ vm, held }: LivePort): Guest {
    const socket = new VmSocket(this.#world.socketOf(vm), (connection, closed) => {
      connection.on('data', bytes => this.#said(guest, connection, bytes));
      connection.on('drain', () => this.#line.resume());
      // What it does not read any more holds nobody up.
      void closed.then(() => this.#line.resume());
    });
    const guest: Guest = { vm, socket, in: new Passed(), out: new Passed(), waits: NOTHING, held };
    return guest;
  }

  /** From the device. While the VM does not read, neither do we, so that flow control holds the device back. */
  #received(bytes: Uint8Array): void {
    this.#device.in.count(bytes.length);
    this.#tell('device', 'in', bytes);
    const guest = this.#guest;
    const connection = guest?.socket.socket;
    if (guest === undefined) return;
    if (guest.held?.hears === false) {
      this.#refuse(guest, guest.held, 'out', bytes);
      return;
    }
    if (connection === undefined) {
      guest.out.drop();
      return;
    }
    guest.out.count(bytes.length);
    this.#tell(guest.vm, 'out', bytes);
    if (!connection.write(bytes)) this.#line.pause();
  }

  /** From the VM, which is not read while the line has no room for what it said. */
  #said(guest: Guest, connection: Socket, bytes: Uint8Array): void {
    if (guest !== this.#guest) return;
    guest.in.count(bytes.length);
    if (guest.held !== undefined) {
      this.#refuse(guest, guest.held, 'in', bytes);
      return;
    }
    this.#tell(guest.vm, 'in', bytes);
    guest.waits = guest.waits.length === 0 ? bytes : Buffer.concat([guest.waits, bytes]);
    connection.pause();
    this.#pump();
  }

  #hold(guest: Guest, held: Held | undefined): void {
    guest.held = held;
    if (held === undefined || guest.waits.length === 0) return;
    // What it said before it was proven to be something else does not reach the line any more.
    this.#refuse(guest, held, 'in', guest.waits);
    guest.waits = NOTHING;
    this.#pump();
  }

  #refuse(guest: Guest, held: Held, direction: 'in' | 'out', bytes: Uint8Array): void {
    const { now, log } = this.#world;
    guest[direction].deny();
    this.#tell(guest.vm, direction, bytes, held.by[0]);
    log(refusedEntry(held, { atMs: now(), vm: guest.vm, direction, frame: hex(bytes) }));
  }

  #pump(): void {
    const guest = this.#guest;
    if (guest === undefined) return;
    const { waits } = guest;
    if (waits.length > 0) {
      const isThere = this.#line.state === 'open';
      const done = waits.subarray(0, this.#line.offer(waits));
      guest.waits = waits.subarray(done.length);
      if (!isThere) this.#device.out.drop();
      else if (done.length > 0) this.#sent(done);
    }
    if (guest.waits.length === 0) guest.socket.socket?.resume();
  }

  #sent(bytes: Uint8Array): void {
    this.#device.out.count(bytes.length);
    this.#tell('device', 'out', bytes);
  }

  #tell(end: LineEnd, direction: 'in' | 'out', bytes: Uint8Array, refusedBy?: string): void {
    const { ears, now } = this.#world;
    if (!ears.any) return;
    ears.tell({ atMs: now(), end, direction, frame: hex(bytes), ...(refusedBy === undefined ? {} : { refusedBy }) });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
