// The shapes of what `explain` and `learn` print.
import { z } from 'zod';
import { AnyAddress, addressOf, Name } from '../model/address.ts';
import { DiagnosticShape, Head } from './shape-parts.ts';

const NamedRuleShape = z.strictObject({
  rule: Name,
  /** Place in the firewall as it is drawn, from 1. */
  number: z.number(),
});

const GuardShape = z.strictObject({
  firewall: Name,
  /** Of networks: the device's end of the link. */
  port: AnyAddress.optional(),
  accepted: z.boolean(),
  /** Absent = no rule fits, and what fits none is denied. */
  by: NamedRuleShape.optional(),
  /** The rule that decided has a rate; this becomes of what is above it. */
  aboveRate: z.strictObject({ accepted: z.boolean(), by: NamedRuleShape.optional() }).optional(),
  /** Of what was denied: the rule that nearly accepted, and what would have to be otherwise. */
  nearest: NamedRuleShape.extend({ differs: z.array(z.string()) }).optional(),
});

const Explained = {
  /** What was asked about, in words. */
  says: z.string(),
  accepted: z.boolean(),
  /** In the order in which they are met, up to the one that denies. */
  guards: z.array(GuardShape),
  /** Attestation gates that stand before them. */
  gates: z.array(addressOf('gate')),
};

export const EXPLAIN_SHAPE = z.strictObject({
  ...Head,
  command: z.literal('explain'),
  diagnostics: z.array(DiagnosticShape),
  /** Whose rules were asked: what runs, or the drawing. */
  rules: z.enum(['running', 'drawing']),
  /** With `--frame`: one for each wire that was meant. */
  frames: z.array(
    z.strictObject({ line: AnyAddress, end: AnyAddress, way: z.enum(['from-vm', 'to-vm']), ...Explained }),
  ),
  /** With `--packet`: one for each segment whose firewalls it would cross. */
  packets: z.array(
    z.strictObject({
      segment: addressOf('segment'),
      from: AnyAddress.optional(),
      to: AnyAddress.optional(),
      /** Nobody at its port may send from this address. */
      spoofed: z.boolean(),
      /** Modbus TCP on a guarded link, which its proxy judges request by request. */
      proxied: z.boolean(),
      ...Explained,
    }),
  ),
});

export const LEARN_SHAPE = z.strictObject({
  ...Head,
  command: z.literal('learn'),
  protocol: Name,
  /** Requests or frames that were learned from. */
  taken: z.number(),
  /** What was no sound frame. */
  unsound: z.number(),
  /** What could not be told from the recording. */
  remarks: z.array(z.string()),
  rules: z.array(
    z.strictObject({
      /** In the words of the protocol. */
      rule: z.record(z.string(), z.unknown()),
      /** As a row of the list of rules in a flow. */
      row: z.record(z.string(), z.unknown()),
      /** How often it was needed. */
      frames: z.number(),
    }),
  ),
});
