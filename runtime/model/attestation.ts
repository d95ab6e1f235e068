// What an agent tells of the machines that it attests, the box itself and its VMs, and what can be asked of it. The nouns only;
// what a verdict follows from is runtime/attest.
import { z } from 'zod';
import { addressOf } from './address.ts';

/** `host` is the box itself, `vm.NAME` one of its VMs. */
export const MachineName = z
  .string()
  .regex(/^(?:host|vm\.[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)$/, 'a machine is named host, or vm. and the name of a VM');
export type MachineName = z.infer<typeof MachineName>;

/** How the key of a machine stands: `stale` was trusted, and that was too long ago. */
export const TRUST_STATES = ['never', 'trusted', 'stale', 'mismatch'] as const;
export type TrustState = (typeof TRUST_STATES)[number];

const Text = z.string().max(10_000);

/** Why a verdict was not `trusted`. */
export const TrustFinding = z.strictObject({
  code: z.string().max(100),
  message: Text,
  /** What differs: `kernel`, `command line`, … */
  component: z.string().max(100).optional(),
  pcr: z.number().int().min(0).max(31).optional(),
});
export type TrustFinding = z.infer<typeof TrustFinding>;

/** A gate, and how it stands. */
export const GateStanding = z.strictObject({
  gate: addressOf('gate'),
  machine: MachineName,
  state: z.enum(TRUST_STATES),
  /** How long it stays open from now without a new proof, in milliseconds; 0 = closed. */
  openMs: z.number().int().min(0),
  /** When something was proven last, Unix time in ms, and by which number in the history of the machine. */
  proven: z.strictObject({ at: z.number().int(), record: z.number().int().min(1) }).optional(),
  /** Of the last proof that was a mismatch, or of a silence or an answer that proved nothing. */
  findings: z.array(TrustFinding).max(100),
});
export type GateStanding = z.infer<typeof GateStanding>;

/** A machine, and what is known of its TPM. */
export const TrustedMachine = z.strictObject({
  machine: MachineName,
  /** Name of the attestation key that is enrolled, in hex; absent before. */
  key: z.string().max(200).optional(),
  /** Name of another key that waits for approval, in hex. */
  pendingKey: z.string().max(200).optional(),
  /** An invitation is open. */
  invited: z.boolean(),
  /** The endorsement certificate of its TPM: who made it, and whether the attestation key of the box vouches for it. */
  endorsement: z.strictObject({ issuer: Text, boundToHost: z.boolean() }).optional(),
  /** Golden values are known; without them nothing is trusted. */
  learned: z.boolean(),
  /** The last verdict that was given. */
  last: z
    .strictObject({
      number: z.number().int().min(1),
      at: z.number().int(),
      verdict: z.enum(['trusted', 'mismatch', 'unusable']),
      findings: z.array(TrustFinding).max(100),
    })
    .optional(),
});
export type TrustedMachine = z.infer<typeof TrustedMachine>;

export const AttestationStatus = z.strictObject({
  machines: z.array(TrustedMachine).max(10_000),
  gates: z.array(GateStanding).max(10_000),
});
export type AttestationStatus = z.infer<typeof AttestationStatus>;

/** What is kept of one verdict, as text of JSON (a `VerdictRecord` of runtime/attest). */
export interface KeptVerdict {
  readonly number: number;
  readonly text: string;
}

/** What can be asked of whoever attests on a gateway. People are named for the record. */
export interface Attestation {
  status(): Promise<AttestationStatus>;
  /**
   * Lets a machine present a key once. For the box itself, and for a VM whose key shall be another one.
   * @returns the token in hex: for that machine only, and good once
   */
  invite(machine: MachineName, by: string): Promise<string>;
  /** Presents the key of the box itself with a token. @throws GatewrightError GW_ATTEST_ENROLMENT */
  enrol(machine: MachineName, token: string): Promise<void>;
  /** Lets the key that waits replace the one that is enrolled. @throws GatewrightError GW_ATTEST_ENROLMENT */
  approve(machine: MachineName, key: string, by: string): Promise<void>;
  /** Takes what the machine runs now as what it may run. @throws GatewrightError when it proves nothing now */
  learn(machine: MachineName, by: string): Promise<void>;
  /** Asks the machine now, instead of at the end of the interval. */
  ask(machine: MachineName): Promise<void>;
  /** Verdicts that are kept, the newest first, as many as fit into one answer. @param most  how many at most */
  history(machine: MachineName, most: number): Promise<readonly KeptVerdict[]>;
}
