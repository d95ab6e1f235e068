// What other rules would do to frames of a recording: each frame goes through the rules before and the rules after, and where
// the two differ it is counted by what decided, and told of up to a bound. Memory does not grow with the recording.
import { type Decider, type Fate, GuardChain, type NamedProgram } from './guard-chain.ts';

/** The firewalls on one way of a wire; `undefined` = there is no such wire, and nothing passes. */
export type WayRules = readonly NamedProgram[] | undefined;

/** `blocked`: it passed before and would not now; `allowed`: the other way round. */
export type Change = 'blocked' | 'allowed';

/** A frame whose fate is another one. */
export interface Difference<N> {
  readonly change: Change;
  readonly note: N;
  readonly before: Fate;
  readonly after: Fate;
}

/** Frames whose fate changed by the same rules. */
export interface Tally {
  readonly change: Change;
  /** As in {@link Fate}. */
  readonly before: readonly Decider[];
  readonly after: readonly Decider[];
  readonly frames: number;
}

export class RuleComparison<N> {
  readonly #before: GuardChain | undefined;
  readonly #after: GuardChain | undefined;
  readonly #most: number;
  readonly #tallies = new Map<string, Tally>();
  readonly #listed: Difference<N>[] = [];
  #judged = 0;

  /** @param most  differences that are told one by one: the first ones */
  constructor(before: WayRules, after: WayRules, most: number) {
    this.#before = before === undefined ? undefined : new GuardChain(before);
    this.#after = after === undefined ? undefined : new GuardChain(after);
    this.#most = most;
  }

  /** Frames taken so far. */
  get judged(): number {
    return this.#judged;
  }

  get listed(): readonly Difference<N>[] {
    return this.#listed;
  }

  /** The most frequent ones first. */
  get tallies(): readonly Tally[] {
    return [...this.#tallies.values()].sort((a, b) => b.frames - a.frames);
  }

  /** How many frames changed in one way, or in either. */
  changed(change?: Change): number {
    const of = [...this.#tallies.values()].filter(tally => change === undefined || tally.change === change);
    return of.reduce((sum, { frames }) => sum + frames, 0);
  }

  /**
   * @param frame  as the programs look at it
   * @param now    when it was recorded, in ms
   * @param note   what is told with it; asked only when it is
   */
  take(frame: Uint8Array, now: number, note: () => N): void {
    this.#judged += 1;
    const passed = this.#before?.accepts(frame, now) ?? false;
    const passes = this.#after?.accepts(frame, now) ?? false;
    if (passed === passes) return;
    const change = passed ? 'blocked' : 'allowed';
    this.#count(change);
    if (this.#listed.length >= this.#most) return;
    const [before, after] = [fateOf(this.#before, frame, passed), fateOf(this.#after, frame, passes)];
    this.#listed.push({ change, note: note(), before, after });
  }

  #count(change: Change): void {
    const tally = { change, before: this.#before?.deciders ?? [], after: this.#after?.deciders ?? [] } as const;
    const key = JSON.stringify(tally);
    this.#tallies.set(key, { ...tally, frames: (this.#tallies.get(key)?.frames ?? 0) + 1 });
  }
}

function fateOf(chain: GuardChain | undefined, frame: Uint8Array, accepted: boolean): Fate {
  if (chain === undefined) return { accepted, by: [], why: ['there is no wire'] };
  const why = chain.explain(frame);
  return { accepted, by: chain.deciders, why: why.length === 0 ? ['accepted: no firewall is in between'] : why };
}
