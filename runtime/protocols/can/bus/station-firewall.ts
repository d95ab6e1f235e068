// The rules of one direction of a station, as a verdict for the bus. Counters and rates outlive a change of the rules.

import { isAccepted } from '../../../lanes/filter/decision.ts';
import { type Decide, generateFilter } from '../../../lanes/filter/generate.ts';
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import { carryState, figuresOf, freshState } from '../../../lanes/filter/state.ts';
import type { RuleFigures } from '../../../model/line-figures.ts';
import type { FrameVerdict } from './bus.ts';

export class StationFirewall {
  /** For `maySend` or `mayHear`, of one station each: a frame is counted as often as it is asked. */
  readonly verdict: FrameVerdict = frame => isAccepted(this.#decide(frame, 0, frame.length, this.#now(), this.#state));
  readonly #now: () => number;
  #program: FilterProgram;
  #state: Float64Array;
  #decide: Decide;

  /**
   * @param program  over frames as lanes hold them, as lowerCan makes it
   * @param now      ms that run forward
   */
  constructor(program: FilterProgram, now: () => number = Date.now) {
    this.#now = now;
    this.#program = program;
    this.#state = freshState(program);
    this.#decide = generateFilter(program).decide;
  }

  /** Other rules from the next frame on; what stays keeps its figures. */
  replace(program: FilterProgram): void {
    const decide = generateFilter(program).decide;
    this.#state = carryState(this.#program, this.#state, program);
    this.#program = program;
    this.#decide = decide;
  }

  get program(): FilterProgram {
    return this.#program;
  }

  /** Per rule, in order, and last what no rule decided. */
  get figures(): readonly RuleFigures[] {
    return figuresOf(this.#program, this.#state);
  }
}
