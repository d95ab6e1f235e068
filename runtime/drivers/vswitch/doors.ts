// The attestation gates that links of an embedded gateway wait for. A door is looked at with every frame, so a link is cut at the very
// moment at which the proof is too old, whatever else goes on here.
import type { Address } from '../../model/address.ts';
import type { Door } from '../../switch/filter/port-gates.ts';

export class Doors {
  readonly #now: () => number;
  readonly #doors = new Map<Address<'gate'>, { untilMs: number }>();

  /** @param now  milliseconds, of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** That of a gate, which stays the same; closed until somebody opens it. */
  of(gate: Address<'gate'>): Door {
    return this.#door(gate);
  }

  /** @param forMs  0 closes it */
  open(gate: Address<'gate'>, forMs: number): void {
    this.#door(gate).untilMs = forMs > 0 ? this.#now() + forMs : 0;
  }

  /** Those of the gates that are closed now, each once. */
  closed(gates: Iterable<Address<'gate'>>): readonly Address<'gate'>[] {
    return [...new Set(gates)].filter(gate => this.#door(gate).untilMs <= this.#now());
  }

  #door(gate: Address<'gate'>): { untilMs: number } {
    const known = this.#doors.get(gate);
    if (known !== undefined) return known;
    const door = { untilMs: 0 };
    this.#doors.set(gate, door);
    return door;
  }
}
