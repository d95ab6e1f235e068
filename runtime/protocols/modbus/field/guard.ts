// A firewall on the way of requests: each is asked, and what is changed keeps its counters. Where anybody may ask, there is a
// program for each side, and one state for all: rules have the same places in them, so that counters and rates are common.
import { isAccepted, isLogged, ruleOf, verdictOf } from '../../../lanes/filter/decision.ts';
import { type Decide, generateFilter } from '../../../lanes/filter/generate.ts';
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import { carryState, figuresOf, freshState } from '../../../lanes/filter/state.ts';
import type { RuleFigures } from '../../../model/line-figures.ts';
import type { Asked } from '../rules.ts';

const OTHERWISE_ID = 'otherwise';

/** `undefined` = accepted; a number = the exception to answer with; `silence` = no answer. */
export type Refusal = undefined | number | 'silence';

/** By who asks. All have the same rules at the same places. */
export type Programs = { readonly 'from-vm': FilterProgram } & Readonly<Partial<Record<Asked, FilterProgram>>>;

export class Guard {
  readonly firewall: string;
  #program: FilterProgram;
  #decide: Deciders;
  #state: Float64Array;

  /** @param programs  of its rules */
  constructor(firewall: string, programs: Programs) {
    this.firewall = firewall;
    this.#program = programs['from-vm'];
    this.#decide = decidersOf(programs);
    this.#state = freshState(this.#program);
  }

  /** Takes other rules at once; a rule that stays keeps its counters. */
  change(programs: Programs): void {
    const program = programs['from-vm'];
    this.#state = carryState(this.#program, this.#state, program);
    this.#decide = decidersOf(programs);
    this.#program = program;
  }

  /**
   * @param frame  a request as Modbus TCP frames it
   * @param now    Unix time in ms
   * @param log    called with the id of the rule when it wants to be heard of
   * @param asked  who asks; without a program for it nothing passes
   */
  refusal(frame: Uint8Array, now: number, log: (rule: string) => void, asked: Asked = 'from-vm'): Refusal {
    const decide = this.#decide[asked];
    if (decide === undefined) return 'silence';
    const decision = decide(frame, 0, frame.length, now, this.#state);
    if (isLogged(decision)) log(this.#program.rules[ruleOf(decision)]?.id ?? OTHERWISE_ID);
    if (isAccepted(decision)) return undefined;
    const verdict = verdictOf(decision);
    return verdict.action === 'reject' ? verdict.answer : 'silence';
  }

  figures(): readonly RuleFigures[] {
    return figuresOf(this.#program, this.#state);
  }
}

type Deciders = Readonly<Partial<Record<Asked, Decide>>>;

function decidersOf(programs: Programs): Deciders {
  return Object.fromEntries(
    Object.entries(programs).map(([asked, program]) => [asked, generateFilter(program).decide]),
  );
}
