// The shape of each state of a node, 12 × 12. Never by colour alone. Pure.
import type { ResourceState } from '../../runtime/platform/platform-port.ts';

/** Node-RED hands on text, fill and shape of a status, nothing else; see nodes/status.ts for what they stand for. */
export function stateOfStatus(status: Readonly<Record<string, unknown>> | undefined): ResourceState | undefined {
  if (status?.fill === 'grey') return status.shape === 'dot' ? 'unknown' : 'planned';
  return typeof status?.fill === 'string' && Object.hasOwn(BY_FILL, status.fill) ? BY_FILL[status.fill] : undefined;
}

/** Of what is drawn and what is there, the same. */
export function isRunning(status: Readonly<Record<string, unknown>> | undefined): boolean {
  return stateOfStatus(status) === 'running';
}

const BY_FILL: Readonly<Record<string, ResourceState>> = {
  green: 'running',
  blue: 'changing',
  yellow: 'drift',
  red: 'blocked',
};

/** Outlines; `changing` fills a ring as far as the work is. */
export const STATE_OUTLINES: Readonly<Record<ResourceState, string>> = {
  planned: 'M6 1.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 1 1 0 -9z',
  running: 'M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0 -10z',
  changing: 'M6 1.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 1 1 0 -9z',
  drift: 'M6 0.500l5.500 10.500h-11z',
  blocked: 'M0.500 4h11v4h-11z',
  unknown: '',
};

const RADIUS = 4.5;
/** So many pictures of a ring are told apart. */
const STEPS = 24;

/** A part of the ring, clockwise from the top. @param fraction  0 to 1 */
export function ringPath(fraction: number): string {
  const part = Math.round(Math.min(1, Math.max(0, fraction)) * STEPS) / STEPS;
  if (part === 0) return '';
  if (part === 1) return STATE_OUTLINES.changing;
  const angle = part * 2 * Math.PI;
  const [x, y] = [6 + RADIUS * Math.sin(angle), 6 - RADIUS * Math.cos(angle)];
  return `M6 1.500A${RADIUS} ${RADIUS} 0 ${part > 0.5 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}`;
}
