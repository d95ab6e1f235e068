// The attestation gates of a segment's ports: while one that a port waits for is closed, no frame leaves the port and none goes to it,
// whatever it is and whatever it belongs to.
import type { Address } from '../../model/address.ts';
import type { PolicedLink } from '../../model/kinds/policy.ts';
import type { PacketView } from '../packet/view.ts';
import type { Counter, Tallies, Tally } from './figures.ts';
import { frameBytes } from './frame-bytes.ts';

/** Open before this moment of the filter's clock, and closed from then on. */
export interface Door {
  readonly untilMs: number;
}

interface Waits {
  readonly gate: Address<'gate'>;
  readonly door: Door;
  readonly refused: Tally;
}

const CLOSED: Door = { untilMs: 0 };

/** Every door is closed: of whoever does not know of gates. */
export const noDoors = (): Door => CLOSED;

export class PortGates {
  readonly #waits: ReadonlyMap<string, readonly Waits[]>;

  constructor(links: readonly PolicedLink[], doors: (gate: Address<'gate'>) => Door, tallies: Tallies) {
    const waits = new Map<string, Waits[]>();
    for (const { port, gates = [] } of links)
      for (const { by } of gates) {
        const known = waits.get(port) ?? [];
        waits.set(port, known);
        if (!known.some(({ gate }) => gate === by))
          known.push({ gate: by, door: doors(by), refused: tallies.of(`gate ${by}`) });
      }
    this.#waits = waits;
  }

  /** Whether any port waits for a gate. */
  get some(): boolean {
    return this.#waits.size > 0;
  }

  /** Whether a frame that leaves or goes to a port is refused, which is counted. */
  refuses(port: string, view: PacketView, now: number): boolean {
    const waits = this.#waits.get(port);
    if (waits === undefined) return false;
    for (let index = 0; index < waits.length; index += 1) {
      const { door, refused } = waits[index] as Waits;
      if (door.untilMs > now) continue;
      refused.add(frameBytes(view));
      return true;
    }
    return false;
  }

  /** What each gate refused. */
  read(): Readonly<Record<string, Counter>> {
    return Object.fromEntries([...this.#waits.values()].flat().map(({ gate, refused }) => [gate, refused.read()]));
  }
}
