// What of a line's traffic is learned from, whatever its protocol: what VMs say and hear there.
import type { LineFrame } from '../model/line-frame.ts';
import type { Learner } from '../protocols/learning.ts';
import { LEARNINGS } from '../protocols/learnings.ts';
import { waysOf } from './way-rules.ts';

export type { Learner, Proposal } from '../protocols/learning.ts';

export interface LineLearning {
  /** Frames at ends that nobody learns from are passed over. */
  take(frames: readonly LineFrame[]): void;
  propose: Learner['propose'];
}

export interface LearningChoice {
  /** VMs that the rules are for. */
  readonly ends: ReadonlySet<string>;
  /** Take what a firewall refused too: it was said, and would pass by the proposal. */
  readonly refused: boolean;
}

/** @returns `undefined` for a protocol whose rules cannot be learned */
export function lineLearning(protocol: string, { ends, refused }: LearningChoice): LineLearning | undefined {
  const learner = LEARNINGS[protocol]?.learner();
  if (learner === undefined) return undefined;
  const ways = waysOf(protocol);
  return {
    take(frames) {
      for (const { end, direction, refusedBy, atMs, frame } of frames) {
        const way = direction === 'in' ? 'from-vm' : 'to-vm';
        if (!ends.has(end) || !ways.includes(way) || (refusedBy !== undefined && !refused)) continue;
        learner.take({ atMs, way, request: Buffer.from(frame, 'hex') });
      }
    },
    propose: () => learner.propose(),
  };
}
