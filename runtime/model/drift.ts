// Differences that nobody drew, as people decide about them, and those that somebody lets stand for a while. Plain JSON.
import { z } from 'zod';
import { type Address, AnyAddress, type Kind, Name } from './address.ts';
import type { ApplyResult } from './agent.ts';
import type { Plan } from './plan.ts';
import type { Source } from './resource.ts';

/** One thing that is otherwise than what was applied. */
export interface Drifted {
  readonly address: Address;
  readonly kind: Kind;
  /** Path inside the spec; '' = all of it. */
  readonly field: string;
  /** Set when it is about all of it: it is not there any more, or nobody applied it. */
  readonly whole?: 'gone' | 'extra';
  /** What is; absent where it is gone. */
  readonly is?: unknown;
  /** What was applied; absent where nobody applied it. */
  readonly applied?: unknown;
  /** The field, what is and what was applied, as people read them. */
  readonly words: { readonly field: string; readonly is: string; readonly applied: string };
  /** The node that draws it. */
  readonly source?: Source;
}

export const MOST_REASON_CHARACTERS = 300;
/** Of the path of a field; rules have long keys. */
export const MOST_FIELD_CHARACTERS = 500;

export const DriftException = z.strictObject({
  gateway: Name,
  address: AnyAddress,
  field: z.string().min(1).max(MOST_FIELD_CHARACTERS),
  /** What is let be; once it is something else, that is drift again. Absent = the field may be absent. */
  value: z.json().optional(),
  /** Who decided, and why. */
  user: z.string().max(200),
  reason: z.string().min(1).max(MOST_REASON_CHARACTERS),
  /** Unix time in ms. */
  atMs: z.number(),
  /** Unix time in ms; from then on it is drift again. */
  untilMs: z.number(),
});
/** A difference that somebody lets stand until a date: no drift, and not repaired. */
export type DriftException = z.infer<typeof DriftException>;

/** Which field of which thing. */
export interface DriftPlace {
  readonly address: Address;
  readonly field: string;
}

export interface ExceptionWish extends DriftPlace {
  /** Unix time in ms. */
  readonly untilMs: number;
  readonly reason: string;
}

export interface Excepting {
  /** Lets a difference stand as it is now. @throws GatewrightError GW_DRIFT_UNKNOWN, GW_EXCEPTION_REFUSED, GW_EXCEPTIONS_UNREADABLE */
  except(wish: ExceptionWish): Promise<void>;
  /** From now on it is drift again. @throws GatewrightError GW_DRIFT_UNKNOWN, GW_EXCEPTIONS_UNREADABLE */
  end(place: DriftPlace): Promise<void>;
  /**
   * Plans to bring back one difference and nothing else. Changes nothing.
   * @throws GatewrightError GW_DRIFT_UNKNOWN, GW_RESTORE_REFUSED, GW_GATEWAY_AWAY, GW_DESIGN_INVALID
   */
  planRestoring(place: DriftPlace): Promise<Plan>;
  /** Applies such a plan; what else differs is drift still. @throws as planning, and GatewrightError GW_PLAN_STALE, GW_AGENT_BUSY */
  restore(place: DriftPlace, planHash: string): Promise<ApplyResult>;
}
