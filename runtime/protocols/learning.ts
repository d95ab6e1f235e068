// How rules are proposed from what is said on a line. A folder of a protocol whose firewalls have rules exports one in its `learn.ts`.
// Pure. Knows no protocol.
import type { LineRule } from '../model/kinds/line.ts';

/** Something that somebody said and that shall be allowed. */
export interface SaidFrame {
  /** Unix time in ms; with a fraction. */
  readonly atMs: number;
  /** Whether a VM said it or heard it; `both` where nobody knows. */
  readonly way: 'from-vm' | 'to-vm' | 'both';
  /** In the form of the line, as in `LineFrame`. */
  readonly request: Uint8Array;
}

export interface ProposedRule {
  /** In the words of the protocol; its id is its own among the rules of the proposal. */
  readonly rule: LineRule;
  /** How often something was said that only this rule of the proposal lets pass. */
  readonly frames: number;
}

export interface Proposal {
  /** Together they let pass everything that was taken, and nothing of other devices or of another kind. */
  readonly rules: readonly ProposedRule[];
  readonly taken: number;
  /** What was no sound frame; no rule lets it pass. */
  readonly unsound: number;
}

/** Memory does not grow with how much is said, only with how many different things are. */
export interface Learner {
  take(frame: SaidFrame): void;
  /** What there is so far. */
  propose(): Proposal;
}

export interface ProtocolLearning {
  /** The folder of the protocol. */
  readonly name: string;
  learner(): Learner;
}
