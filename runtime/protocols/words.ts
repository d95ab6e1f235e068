// What a protocol can say without a line: what messages of the flow mean, what a frame that was heard means, and what rules
// become. Pure; used by nodes, by the command line and by the line itself.
import type { FilterProgram } from '../lanes/filter/ir.ts';
import type { LineMessages, LineRule, LineSettings } from '../model/kinds/line.ts';
import type { LineFrame } from '../model/line-frame.ts';

type Words = Readonly<Record<string, unknown>>;

/** A payload of a message, understood. */
export interface Question {
  /** What the line is asked, in the form of its protocol. */
  readonly request: Uint8Array;
  /** In values, as it was understood. */
  readonly words: Words;
  /** The payload of the answer. @param bytes  empty = nobody answers such a request @throws GatewrightError */
  answer(bytes: Uint8Array): unknown;
}

/** Programs of a firewall on a VM's way to a line, over frames as the protocol's recordings and lanes hold them. */
export interface GuardPrograms {
  /** For what the VM says. */
  readonly fromVm: FilterProgram;
  /** For what the VM hears; absent when nobody asks, as where answers to accepted requests pass. */
  readonly toVm?: FilterProgram;
}

/** Rules of an attestation gate, which stands before all firewalls. What refuses is in each of them, so that its counter stays. */
export interface GateRules {
  /** Everything passes. */
  readonly open: readonly LineRule[];
  /** Nothing does. */
  readonly block: readonly LineRule[];
  /** Only what a VM reads or hears. */
  readonly readOnly: readonly LineRule[];
}

export interface ProtocolWords {
  /** The folder of the protocol. */
  readonly name: string;
  /**
   * What of the box or its network a line with these settings holds alone; `undefined` = nothing.
   * @param settings  sound, with all defaults
   */
  device(settings: LineSettings): string | undefined;
  /** Reads the payload of a message. @throws GatewrightError in words */
  question(payload: unknown): Question;
  /** What is needed to ask this: to read, or to write. */
  needs(request: Uint8Array): Exclude<LineMessages, 'none'>;
  /** What a frame means, in values, for messages and for people. Bytes without a meaning stay as they are, in hex. */
  describe(frame: LineFrame): Words;
  /** Absent when the protocol has no rules: then it holds ports up by itself, see `held-port.ts`. */
  readonly gated?: GateRules;
  /** Absent when the protocol has no rules. @throws GatewrightError GW_LINE_RULE */
  guard?(firewall: string, rules: readonly LineRule[]): GuardPrograms;
}
