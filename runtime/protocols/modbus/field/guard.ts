// A firewall on one VM's way to a line: every request is asked, and what is changed keeps its counters.
import { isAccepted, isLogged, ruleOf, verdictOf } from '../../../lanes/filter/decision.ts';
import { type Decide, generateFilter } from '../../../lanes/filter/generate.ts';
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import { carryState, figuresOf, freshState } from '../../../lanes/filter/state.ts';
import type { RuleFigures } from '../../../model/line-figures.ts';

const OTHERWISE_ID = 'otherwise';

/** `undefined` = accepted; a number = the exception to answer with; `silence` = no answer. */
export type Refusal = undefined | number | 'silence';

export class Guard {
  readonly firewall: string;
  #program: FilterProgram;
  #decide: Decide;
  #state: Float64Array;

  /** @param program  of its rules */
  constructor(firewall: string, program: FilterProgram) {
    this.firewall = firewall;
    this.#program = program;
    this.#decide = generateFilter(program).decide;
    this.#state = freshState(program);
  }

  /** Takes other rules at once; a rule that stays keeps its counters. */
  change(program: FilterProgram): void {
    this.#state = carryState(this.#program, this.#state, program);
    this.#decide = generateFilter(program).decide;
    this.#program = program;
  }

  /**
   * @param frame  a request as Modbus TCP frames it
   * @param now    Unix time in ms
   * @param log    called with the id of the rule when it wants to be heard of
   */
  refusal(frame: Uint8Array, now: number, log: (rule: string) => void): Refusal {
    const decision = this.#decide(frame, 0, frame.length, now, this.#state);
    if (isLogged(decision)) log(this.#program.rules[ruleOf(decision)]?.id ?? OTHERWISE_ID);
    if (isAccepted(decision)) return undefined;
    const verdict = verdictOf(decision);
    return verdict.action === 'reject' ? verdict.answer : 'silence';
  }

  figures(): readonly RuleFigures[] {
    return figuresOf(this.#program, this.#state);
  }
}
