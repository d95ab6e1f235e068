// Shape of each state, within 12 by 12, so that none is told by its colour alone. Pure.
import type { TrustState } from '../../../runtime/model/attestation.ts';
import type { Standing } from './graph.ts';

/** `fill`: drawn as an area; `line`: as an outline. */
export interface Mark {
  readonly path: string;
  readonly as: 'fill' | 'line';
  /** Class of the colour. */
  readonly tone: 'good' | 'quiet' | 'busy' | 'odd' | 'bad';
}

const DISC = 'M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z';
const HEXAGON = 'M3 1h6l2.5 5l-2.5 5h-6l-2.500-5z';

export const MARKS: Readonly<Record<Standing, Mark>> = {
  running: { path: DISC, as: 'fill', tone: 'good' },
  'in-place': { path: DISC, as: 'fill', tone: 'good' },
  off: { path: DISC, as: 'line', tone: 'quiet' },
  paused: { path: 'M2 1h3v10h-3zM7 1h3v10h-3z', as: 'fill', tone: 'quiet' },
  waiting: { path: HEXAGON, as: 'line', tone: 'busy' },
  'no-device': { path: 'M6 1a5 5 0 0 0 0 10zM6 1a5 5 0 0 1 0 10', as: 'line', tone: 'odd' },
  planned: {
    path: 'M1 1h3.500M7.500 1h3.500v3.500M11 7.500v3.500h-3.500M4.500 11h-3.500v-3.500M1 4.500v-3.500',
    as: 'line',
    tone: 'quiet',
  },
  'to-change': { path: 'M1 1h10v10h-10zM3.500 6h5M6 3.500v5', as: 'line', tone: 'quiet' },
  changing: { path: 'M6 1a5 5 0 1 0 5 5', as: 'line', tone: 'busy' },
  drift: { path: 'M6 1l5.500 10h-11z', as: 'fill', tone: 'odd' },
  blocked: { path: 'M1 4h10v4H1z', as: 'fill', tone: 'bad' },
  unknown: { path: 'M3 4a3 3 0 1 1 4.500 2.600q-1.500 .7-1.500 2M6 10.500v.8', as: 'line', tone: 'quiet' },
  surplus: { path: 'M2 2l8 8M10 2l-8 8', as: 'line', tone: 'odd' },
};

/** The hexagon of whatever has to do with trust. */
export const TRUST_SHAPE = HEXAGON;

/** Nothing needs to be said where all else is as fine. */
export const FINE: readonly Standing[] = ['running', 'in-place', 'unknown'];

/** What is drawn within that, by how a machine is proven. */
export const TRUST_SIGNS: Readonly<Record<TrustState | 'unknown', string>> = {
  trusted: 'M3.500 6l2 2l3.500-4',
  mismatch: 'M4 4l4 4M8 4l-4 4',
  stale: 'M6 3v3.500l2 1',
  never: '',
  unknown: '',
};

/** What people have to see first. */
const SEVERITY: readonly Standing[] = [
  ...(['blocked', 'drift', 'no-device', 'surplus', 'changing', 'to-change', 'planned', 'unknown'] as const),
  ...(['waiting', 'paused', 'off', 'in-place', 'running'] as const),
];

/** The most striking of several; `unknown` for none. */
export function worstOf(standings: readonly Standing[]): Standing {
  return SEVERITY.find(standing => standings.includes(standing)) ?? 'unknown';
}
