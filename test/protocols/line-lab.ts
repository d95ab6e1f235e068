// A line of any protocol with sockets in place of VMs, and everything that it tells. Closed together.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { formatAddress } from '../../runtime/model/address.ts';
import type { LineGuard, LinePort } from '../../runtime/model/kinds/line.ts';
import type { EndFigures, LineLogEntry } from '../../runtime/model/line-figures.ts';
import type { LineEnd, LineFrame } from '../../runtime/model/line-frame.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../../runtime/protocols/field-line.ts';
import { GuestSocket } from './guest-socket.ts';

export interface LabLine {
  readonly line: FieldLine;
  readonly frames: readonly LineFrame[];
  readonly log: readonly LineLogEntry[];
  /** Frames that were not told. */
  readonly lost: () => number;
  end(end: LineEnd): EndFigures;
  /** Everything that anybody could see of it, as text. */
  seen(): string;
}

export class LineLab {
  readonly #folder = mkdtempSync(join(tmpdir(), 'line-lab-'));
  readonly #lines: FieldLine[] = [];
  readonly #guests = new Map<string, GuestSocket>();

  /** Opens a line, without VMs. Whoever listens does so from the start, unless it says otherwise. */
  async open(
    protocol: FieldProtocol,
    settings: Readonly<Record<string, unknown>>,
    { secrets = {}, listens = true }: { secrets?: Readonly<Record<string, string>>; listens?: boolean } = {},
  ): Promise<LabLine> {
    const frames: LineFrame[] = [];
    const log: LineLogEntry[] = [];
    let lost = 0;
    const world: LineWorld = {
      now: Date.now,
      secrets: async name => secrets[name],
      ears: {
        any: listens,
        tell: frame => void frames.push(frame),
        lost: count => {
          lost += count;
        },
      },
      log: entry => void log.push(entry),
      socketOf: vm => this.socketOf(vm),
    };
    const line = await protocol.open(settings as Parameters<FieldProtocol['open']>[0], world);
    this.#lines.push(line);
    await line.change([]);
    return {
      ...{ line, frames, log, lost: () => lost },
      end: end => {
        const found = line.figures().ends.find(one => one.end === end);
        if (found === undefined) throw new Error(`the line has no end ${end}`);
        return found;
      },
      seen: () => inspect([line, line.figures(), frames, log], { depth: 30, showHidden: true }),
    };
  }

  /** A machine that is switched on, at the socket of this VM. */
  async guest(name: string): Promise<GuestSocket> {
    const path = this.socketOf(vmOf(name));
    const guest = this.#guests.get(path) ?? new GuestSocket(path);
    this.#guests.set(path, guest);
    await guest.on();
    return guest;
  }

  async close(): Promise<void> {
    await Promise.all(this.#lines.splice(0).map(line => line.close()));
    await Promise.all([...this.#guests.values()].map(guest => guest.off()));
    rmSync(this.#folder, { recursive: true });
  }

  /** Where the serial port of a VM is looked for, whichever line it is on. */
  socketOf(vm: string): string {
    return join(this.#folder, `${vm.split('/')[1]}.sock`);
  }
}

export const vmOf = (name: string) => formatAddress('vm', 'cell-7', name);

/** A port as it is drawn. @param tenant  as the VM when it is not said */
export function portOf(name: string, tenant = name, guards: readonly LineGuard[] = []): LinePort {
  return { vm: vmOf(name), tenant, guards: [...guards] };
}

/** The frames at one end, in JSON. */
export function spokenAt(frames: readonly LineFrame[], end: LineEnd, direction: 'in' | 'out') {
  return frames
    .filter(frame => frame.end === end && frame.direction === direction)
    .map(({ frame }) => JSON.parse(Buffer.from(frame, 'hex').toString()) as Record<string, unknown>);
}
