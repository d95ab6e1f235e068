// What the commands below `attest` print with `--json`.
import { z } from 'zod';
import { Counters } from '../attest/evidence.ts';
import { Name } from '../model/address.ts';
import { AttestationStatus, MachineName } from '../model/attestation.ts';
import { COMPONENTS } from '../model/boot-component.ts';
import { Code, Head } from './shape-parts.ts';

export const ATTEST_SHAPES = {
  attest: z.strictObject({
    ...Head,
    command: z.literal('attest'),
    /** SHA-256 of the evidence, which names it. */
    evidence: z.string(),
    takenAt: z.string(),
    verdict: z.enum(['trusted', 'mismatch', 'unusable']),
    /** Name of the attestation key in hex. */
    key: z.string().optional(),
    /** What the certificate of the TPM says, when it is believed. */
    tpm: z.strictObject({ manufacturer: z.string(), model: z.string(), version: z.string() }).optional(),
    counters: Counters.optional(),
    findings: z.array(
      z.strictObject({
        code: Code,
        message: z.string(),
        remedy: z.string(),
        component: z.enum(COMPONENTS).optional(),
        pcr: z.number().optional(),
      }),
    ),
  }),
  'attest-events': z.strictObject({
    ...Head,
    command: z.literal('attest-events'),
    /** Hash of the digests. */
    bank: z.string(),
    /** In the order in which they were measured. */
    events: z.array(
      z.strictObject({
        pcr: z.number(),
        /** As the PC Client Platform Firmware Profile calls it; a number when it is none of those. */
        type: z.string(),
        component: z.enum(COMPONENTS),
        /** Of a file, a variable or a section, as the log says it, which proves nothing. */
        what: z.string().optional(),
        /** In hex. */
        digest: z.string(),
        /** The log leads to the quoted value of that PCR. */
        proven: z.boolean(),
      }),
    ),
  }),
  'attest-history': z.strictObject({
    ...Head,
    command: z.literal('attest-history'),
    /** By machine, oldest first. */
    records: z.array(
      z.strictObject({
        /** `host`, or `vm.` and the name of a VM. */
        machine: z.string(),
        number: z.number(),
        /** Of one that can be read. */
        at: z.string().optional(),
        verdict: z.enum(['trusted', 'mismatch', 'unusable']).optional(),
        /** Why it was not trusted. */
        findings: z.array(z.string()),
        /** Why the record is not to be believed. */
        doubts: z.array(z.string()),
      }),
    ),
  }),
  'attest-status': z.strictObject({
    ...Head,
    command: z.literal('attest-status'),
    gateway: Name,
    /** What was done before this is how it stands. */
    action: z.enum(['status', 'ask', 'enrol', 'approve', 'learn']),
    ...AttestationStatus.shape,
  }),
  'attest-invite': z.strictObject({
    ...Head,
    command: z.literal('attest-invite'),
    gateway: Name,
    machine: MachineName,
    /** For that machine only, and good once. */
    token: z.string(),
  }),
} as const;
