// How an attestation gate that is in place stands, as its node shows it. Pure.
import type { GateStanding } from '../model/attestation.ts';
import type { NodeState } from './platform-port.ts';

/** Of a text under a node. */
const MOST_LETTERS = 24;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** @param nowMs  Unix time in ms, by the same clock as the proof */
export function gateState({ state, proven, findings }: GateStanding, nowMs: number): NodeState {
  switch (state) {
    case 'trusted':
      return { state: 'running', text: trustedText(proven, nowMs) };
    case 'mismatch':
      return {
        state: 'blocked',
        text: `mismatch: ${findings.find(({ component }) => component)?.component ?? 'unknown'}`,
      };
    case 'stale':
      return { state: 'unknown', text: 'stale' };
    case 'never':
      return { state: 'unknown', text: 'never proven' };
  }
}

/** When it was proven, and by which record of the history, where there is room for that. */
function trustedText(proven: GateStanding['proven'], nowMs: number): string {
  if (proven === undefined) return 'trusted';
  const text = `trusted ${since(proven.at, nowMs)}`;
  const whole = `${text} #${proven.record}`;
  return whole.length <= MOST_LETTERS ? whole : text;
}

/** Relative under a day, the day above. A clock that was set back makes nothing lie in the future. */
function since(atMs: number, nowMs: number): string {
  const past = Math.max(0, nowMs - atMs);
  if (past < MINUTE_MS) return 'just now';
  if (past < HOUR_MS) return `${Math.floor(past / MINUTE_MS)} min ago`;
  if (past < DAY_MS) return `${Math.floor(past / HOUR_MS)} h ago`;
  return new Date(atMs).toISOString().slice(0, 10);
}
