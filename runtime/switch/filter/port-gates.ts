// The attestation gates of one port: while one that it waits for is closed, no frame leaves the port and none goes to it, whatever it is
// and whatever it belongs to.
import type { Address } from '../../model/address.ts';
import type { PolicedLink } from '../../model/kinds/policy.ts';
import type { PacketView } from '../packet/view.ts';
import type { Counter, Tallies, Tally } from './figures.ts';
import { frameBytes } from './frame-bytes.ts';

/** Open before this moment of the filter's clock, and closed from then on. */
export interface Door {
  readonly untilMs: number;
}

/** The door of a gate, which stays the same. */
export type Doors = (gate: Address<'gate'>) => Door;

interface Waits {
  readonly gate: Address<'gate'>;
  readonly door: Door;
  readonly refused: Tally;
}

const CLOSED: Door = { untilMs: 0 };

/** Every door is closed: of whoever does not know of gates. */
export const noDoors: Doors = () => CLOSED;

export class PortGates {
  readonly #waits: readonly Waits[];

  /** @param links  of the port */
  constructor(links: readonly PolicedLink[], doors: Doors, tallies: Tallies) {
    const gates = new Set(links.flatMap(({ gates = [] }) => gates.map(({ by }) => by)));
    this.#waits = [...gates].map(gate => ({ gate, door: doors(gate), refused: tallies.of(`gate ${gate}`) }));
  }

  /** Whether a frame that leaves the port or goes to it is refused, which is counted. */
  refuses(view: PacketView, now: number): boolean {
    for (let index = 0; index < this.#waits.length; index += 1) {
      const { door, refused } = this.#waits[index] as Waits;
      if (door.untilMs > now) continue;
      refused.add(frameBytes(view));
      return true;
    }
    return false;
  }

  /** What each gate refused, on all ports that wait for it. */
  read(): readonly (readonly [string, Counter])[] {
    return this.#waits.map(({ gate, refused }) => [gate, refused.read()] as const);
  }
}
