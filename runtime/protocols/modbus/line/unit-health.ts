// What the line knows about one unit: whether it is worth asking (a circuit breaker), and which answers it still owes. An
// answer on a serial line does not say which request it is for, so a late one could pass for another's: it must not.
import { u8 } from '../pdu/bytes.ts';

export interface BreakerOptions {
  /** Time-outs in a row after which a unit is not asked for a while. */
  readonly failures: number;
  /** How long that while is at first, in ms. It doubles up to the second number. */
  readonly coolMs: number;
  readonly coolMostMs: number;
}

/** `go`: nothing in the way. `probe`: ask something unmistakable first. `wait`: not before `settled`. */
export type Step = 'go' | 'probe' | 'wait';

interface Owed {
  readonly pdu: Uint8Array;
  readonly until: number;
}

export class UnitHealth {
  readonly #breaker: BreakerOptions;
  #failures = 0;
  #openUntil = 0;
  #coolMs: number;
  /** The one request that finds out whether the unit is back is under way. */
  #trying = false;
  #owed: Owed[] = [];
  readonly #probes: boolean;
  /** It has answered a probe once, so it always can. */
  #knowsProbes = false;
  /** It answers no probe, or is asked none; so only time tells that nothing late will come. */
  #probeless: boolean;

  /** @param probes  whether it may be probed at all */
  constructor(breaker: BreakerOptions, probes: boolean) {
    this.#breaker = breaker;
    this.#coolMs = breaker.coolMs;
    this.#probes = probes;
    this.#probeless = !probes;
  }

  /** Whether the unit has failed so often that it is given up for the time being. */
  get open(): boolean {
    return this.#openUntil > 0;
  }

  /** Whether a request may be taken in. One that is let through while the breaker is open is the trial. */
  admit(now: number): boolean {
    if (!this.open) return true;
    if (this.#trying || now < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  /** The trial did not come about, for a reason that says nothing about the unit. */
  untried(): void {
    this.#trying = false;
  }

  /** The unit has answered. */
  alive(): void {
    // It was off, and so it could not answer a probe either.
    if (this.open) this.#probeless = !this.#probes;
    this.#failures = 0;
    this.#openUntil = 0;
    this.#coolMs = this.#breaker.coolMs;
    this.#trying = false;
  }

  /** The unit has not answered. @returns whether it is given up from now on */
  failed(now: number): boolean {
    this.#failures += 1;
    if (!this.#trying && this.#failures < this.#breaker.failures) return false;
    this.#openUntil = now + this.#coolMs;
    this.#coolMs = Math.min(2 * this.#coolMs, this.#breaker.coolMostMs);
    this.#trying = false;
    return true;
  }

  /** Notes that an answer to `pdu` may still come; of a unit that answers no probes, until `until`. */
  owe(pdu: Uint8Array, until: number): void {
    this.#owed = [...this.#owed.filter(each => !equal(each.pdu, pdu)), { pdu, until }];
  }

  /** Notes an answer. A slave works off one request after the other: when it answers a later one, earlier ones are over. */
  proveBy(functionCode: number): void {
    if (!this.#owed.some(each => u8(each.pdu, 0) === functionCode)) this.#owed = [];
  }

  /**
   * The unit has answered a probe, with what was asked or with a refusal. Where a late answer could look like that, it proves nothing.
   * @param refused  refusals of probes are all alike
   */
  probed(probe: Uint8Array, refused: boolean): void {
    this.#knowsProbes = true;
    const alike = (owed: Uint8Array) => (refused ? u8(owed, 0) === u8(probe, 0) : equal(owed, probe));
    if (this.#owed.some(({ pdu }) => alike(pdu))) this.#probeless = true;
    else this.#owed = [];
  }

  /** The unit did not answer the probe. One that can is probed again later. */
  noProbe(): void {
    this.#probeless = !this.#knowsProbes;
  }

  /** Whether something owed could pass for the answer to `pdu`. The same request once more may have either answer. */
  step(pdu: Uint8Array, now: number): Step {
    if (this.#probeless) this.#owed = this.#owed.filter(each => each.until > now);
    const mistakable = this.#owed.some(each => u8(each.pdu, 0) === u8(pdu, 0) && !equal(each.pdu, pdu));
    if (!mistakable) return 'go';
    return this.#probeless ? 'wait' : 'probe';
  }

  /** When everything that is owed has lapsed; 0 when nothing is owed. */
  get settledAt(): number {
    return Math.max(0, ...this.#owed.map(each => each.until));
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
