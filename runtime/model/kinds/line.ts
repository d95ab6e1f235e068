// One field line of the gateway, which the host owns: who hangs on it, and what each of them may say. Whatever protocol it
// speaks; the protocol's own words (rules) are checked by the protocol.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import { Gated } from './gated.ts';

/** What a line is set to, in the words of its protocol's declaration; the protocol checks them. */
export const LineSettings = z.record(z.string().max(40), z.json());
export type LineSettings = z.infer<typeof LineSettings>;

export const LineMessages = z.enum(['none', 'read', 'write']);
export type LineMessages = z.infer<typeof LineMessages>;

/** A rule in the words of the line's protocol. */
export const LineRule = z.looseObject({ id: Name });
export type LineRule = z.infer<typeof LineRule>;

/** A firewall drawn between the line and a VM. Nothing matching = denied. */
export const LineGuard = z.strictObject({ firewall: Name, rules: z.array(LineRule).max(1024) });
export type LineGuard = z.infer<typeof LineGuard>;

/** One VM's virtual port on the line. */
export const LinePort = z.strictObject({
  vm: addressOf('vm'),
  tenant: Name,
  /** From the line to the VM; all must accept. Empty = everything passes. */
  guards: z.array(LineGuard).max(8),
  /** Waits for gates, all of which must be open; absent = for none. */
  gates: z.array(Gated).min(1).max(8).optional(),
});
export type LinePort = z.infer<typeof LinePort>;

export const LineSpec = z.strictObject({
  /** A folder of `protocols/`. */
  protocol: Name,
  settings: LineSettings,
  /** What of the box or its network it holds alone, such as `/dev/serial/by-id/…` or `can0`; absent when it holds nothing. */
  device: z.string().min(1).max(300).optional(),
  /** What messages of the flow may ask of it, beside the VMs. */
  messages: LineMessages,
  /** Sorted by VM. */
  ports: z.array(LinePort),
});
export type LineSpec = z.infer<typeof LineSpec>;
