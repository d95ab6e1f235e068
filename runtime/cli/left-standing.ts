// What somebody let stand, in what commands plan and in what they say.
import type { DriftException } from '../model/drift.ts';
import { inEffect, isLive, leaveExcepted } from '../plan/exceptions.ts';
import { fieldWords } from '../plan/render-comparison.ts';
import { oneLine, renderValue } from '../plan/render-value.ts';
import type { ExceptionStore } from '../platform/exception-store.ts';
import type { Target } from './context.ts';

export interface Standing extends Target {
  /** What keeps the design from being as it is drawn. */
  readonly standing: readonly DriftException[];
}

/** A target with what is excepted left as it is. @throws GatewrightError GW_EXCEPTIONS_UNREADABLE, and what keeps the agent from looking */
export async function leftStanding({ agent, design }: Target, exceptions: ExceptionStore): Promise<Standing> {
  const live = (await exceptions.read(design.gateway.name)).filter(one => isLive(one, Date.now()));
  if (live.length === 0) return { agent, design, standing: [] };
  const observed = await agent.observe();
  const standing = inEffect(design, observed, live);
  return { agent, design: leaveExcepted(design, observed, standing), standing };
}

/** A line each, below a heading; none where nothing is let stand. */
export function standingLines(standing: readonly DriftException[]): readonly string[] {
  if (standing.length === 0) return [];
  return [
    'Let stand, and not planned away',
    ...standing.map(({ address, field, value, user, untilMs, reason }) => {
      const what = `${fieldWords(field)} of ${address} is ${renderValue(value)}`;
      return `  ${what}, by ${oneLine(user)} until ${timeText(untilMs)}: ${oneLine(reason)}`;
    }),
  ];
}

/** `2026-12-01 17:00 UTC`. */
export function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
