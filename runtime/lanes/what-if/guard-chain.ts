// The firewalls on one way of a wire, one behind the other, as they would treat frames of a recording: a frame must be accepted
// by all, and one that is denied reaches none of those behind. Rates are counted in the time of the recording.
import { type Decision, isAccepted, ruleOf } from '../filter/decision.ts';
import { explain, explanationLines } from '../filter/explain.ts';
import { type Decide, generateFilter } from '../filter/generate.ts';
import type { FilterProgram } from '../filter/ir.ts';
import { freshState } from '../filter/state.ts';

export interface NamedProgram {
  readonly firewall: string;
  readonly program: FilterProgram;
}

/** Who decided at one firewall. */
export interface Decider {
  readonly firewall: string;
  /** Id of the rule; absent = none fitted. */
  readonly rule?: string;
}

/** What became of a frame. */
export interface Fate {
  readonly accepted: boolean;
  /** Of an accepted frame all firewalls, of a denied one the firewall that did it; empty where none is in between. */
  readonly by: readonly Decider[];
  /** For people, a line each: what decided, and why the rules before it did not. */
  readonly why: readonly string[];
}

interface Guard extends NamedProgram {
  readonly decide: Decide;
  readonly state: Float64Array;
  /** The state as it was before the last frame; absent when no rule has a rate, and nothing depends on it. */
  readonly before?: Float64Array;
}

export class GuardChain {
  readonly #guards: readonly Guard[];
  /** Of the last frame, up to the firewall that denied it. */
  readonly #decisions: Decision[] = [];
  #now = 0;

  /** @param programs  in the order in which a frame meets them; none = everything is accepted */
  constructor(programs: readonly NamedProgram[]) {
    this.#guards = programs.map(guardOf);
  }

  /**
   * Decides a frame and counts it.
   * @param now  when it was recorded, in ms
   */
  accepts(frame: Uint8Array, now: number): boolean {
    this.#decisions.length = 0;
    this.#now = now;
    for (const { decide, state, before } of this.#guards) {
      before?.set(state);
      const decision = decide(frame, 0, frame.length, now, state);
      this.#decisions.push(decision);
      if (!isAccepted(decision)) return false;
    }
    return true;
  }

  /** Who decided the last frame. */
  get deciders(): readonly Decider[] {
    const all = this.#decisions.map((decision, place) => this.#decider(decision, place));
    const denied = this.#decisions.findIndex(decision => !isAccepted(decision));
    return denied === -1 ? all : all.slice(denied);
  }

  /** @param frame  the last one */
  explain(frame: Uint8Array): readonly string[] {
    const denied = this.#decisions.findIndex(decision => !isAccepted(decision));
    return this.#guards.slice(0, this.#decisions.length).flatMap((guard, place) => {
      if (denied !== -1 && place !== denied) return [];
      const { firewall, program, before } = guard;
      const moment = before === undefined ? undefined : { state: before, now: this.#now };
      const [head, ...passed] = explanationLines(explain(program, frame, moment));
      return [`${firewall}: ${head}`, ...passed.map(line => `  ${line}`)];
    });
  }

  #decider(decision: Decision, place: number): Decider {
    const { firewall, program } = this.#guards[place] as Guard;
    const rule = program.rules[ruleOf(decision)];
    return rule === undefined ? { firewall } : { firewall, rule: rule.id };
  }
}

function guardOf({ firewall, program }: NamedProgram): Guard {
  const state = freshState(program);
  const isLimited = program.rules.some(({ rate }) => rate !== undefined);
  const before = isLimited ? { before: new Float64Array(state.length) } : {};
  return { firewall, program, decide: generateFilter(program).decide, state, ...before };
}
