// Which attestation gates are open, and until when: what whoever holds something up counts by itself, so that it closes when nobody is
// left to say so. A gate of which nobody has spoken is closed.
import type { Address } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Gated } from '../model/kinds/gated.ts';

/** Timers count no further at once. */
const MOST_TIMER_MS = 2 ** 30;

export class OpenGates {
  readonly #now: () => number;
  readonly #until = new Map<Address<'gate'>, number>();

  /** @param now  milliseconds of a clock that only goes forward; default: that of this process */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param forMs  from now on; 0 closes it */
  set(gate: Address<'gate'>, forMs: number): void {
    if (forMs > 0) this.#until.set(gate, this.#now() + forMs);
    else this.#until.delete(gate);
  }

  /** Those of the gates that are closed now; none for what waits for none. */
  closed<G extends Pick<Gated, 'by'>>(gates: readonly G[] = []): readonly G[] {
    return gates.length === 0 ? gates : gates.filter(({ by }) => this.leftMs(by) === 0);
  }

  /** For how long a gate is open; 0 when it is closed. */
  leftMs(gate: Address<'gate'>): number {
    return Math.max(0, (this.#until.get(gate) ?? 0) - this.#now());
  }

  /** All that are open, with how long still. */
  all(): readonly (readonly [Address<'gate'>, number])[] {
    return [...this.#until.keys()].map(gate => [gate, this.leftMs(gate)] as const).filter(([, ms]) => ms > 0);
  }

  /**
   * When to look again, because one of these gates closes: milliseconds for a timer, never a moment too early.
   * @param gates  which were open when somebody looked last
   * @returns undefined when there are none
   */
  lookAgainMs(gates: readonly Address<'gate'>[]): number | undefined {
    if (gates.length === 0) return undefined;
    return Math.min(Math.ceil(Math.min(...gates.map(gate => this.leftMs(gate)))), MOST_TIMER_MS);
  }
}

/** Why a VM is not started by whoever asks. */
export function waitsFor(vm: Address, gate: Address<'gate'>): GatewrightError {
  const message = `${vm} waits for ${gate}, which is closed; look at why: gatewright attest status`;
  return new GatewrightError('GW_ATTEST_CLOSED', message, { address: vm });
}
