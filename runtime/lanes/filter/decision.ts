// What a filter said about one frame, as one number: engines in TypeScript, generated code and native code hand on the same.
import type { FilterProgram, Verdict } from './ir.ts';

/**
 * Packed: bits 0 to 7 the byte to answer with, bits 8 and 9 the {@link ACTION}, bit 10 to log it, from bit 11 on the place of
 * the rule that decided plus one, 0 = none did.
 */
export type Decision = number;

export const ACTION = { drop: 0, accept: 1, reject: 2 } as const;
export const ACCEPT_BIT = ACTION.accept << 8;
export const LOG_BIT = 1 << 10;
const RULE_SHIFT = 11;

/** The decision of one rule by its place; at the place of behind the last rule: the one when nothing fits. */
export function decisionAt(program: FilterProgram, place: number): Decision {
  const rule = program.rules[place];
  const { verdict, log } = rule ?? program.otherwise;
  const answer = verdict.action === 'reject' ? verdict.answer : 0;
  const number = rule === undefined ? 0 : place + 1;
  return answer | (ACTION[verdict.action] << 8) | (log ? LOG_BIT : 0) | (number << RULE_SHIFT);
}

export const isAccepted = (decision: Decision): boolean => (decision & ACCEPT_BIT) !== 0;
export const isLogged = (decision: Decision): boolean => (decision & LOG_BIT) !== 0;
/** Place of the rule that decided, -1 = nothing fitted. */
export const ruleOf = (decision: Decision): number => (decision >>> RULE_SHIFT) - 1;

/** Below this are the bits that find no room in the 16 of a frame's tag: those of the byte to answer with. */
export const TAG_SHIFT = 8;
/** A decision as the tag of a frame, without the byte to answer with. */
export const tagOf = (decision: Decision): number => decision >>> TAG_SHIFT;
export const decisionOfTag = (tag: number): Decision => tag << TAG_SHIFT;

/** The verdict in words of the IR. */
export function verdictOf(decision: Decision): Verdict {
  const action = (decision >>> 8) & 3;
  if (action === ACTION.accept) return { action: 'accept' };
  return action === ACTION.reject ? { action: 'reject', answer: decision & 0xff } : { action: 'drop' };
}
