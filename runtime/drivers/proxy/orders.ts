// What the driver and the process of a proxy tell each other, one JSON object a line: orders one way, reports the other, one
// for each order and in their order. Both are of one version and on one machine; what comes is checked all the same.
import { z } from 'zod';
import { ProxySpec } from '../../model/kinds/proxy.ts';
import type { ProxyFigures } from '../../protocols/modbus/proxy/proxy.ts';

export const Order = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('judge'), rules: ProxySpec.pick({ guards: true, vms: true }) }),
  z.strictObject({ do: z.literal('look') }),
]);
export type Order = z.infer<typeof Order>;

const Count = z.number().int().min(0);
const Rule = z.strictObject({ id: z.string(), hits: Count, lastHit: z.number().optional(), over: Count });
const LogEntry = z.strictObject({
  atMs: z.number(),
  client: z.string(),
  device: z.string(),
  asked: z.enum(['from-vm', 'to-vm', 'unknown']),
  firewall: z.string(),
  rule: z.string(),
  passed: z.boolean(),
  frame: z.string(),
});
const Figures = z.strictObject({
  connections: z.strictObject({ open: Count, accepted: Count, unreached: Count }),
  requests: z.strictObject({ passed: Count, refused: Count, silenced: Count, malformed: Count }),
  firewalls: z.array(z.strictObject({ firewall: z.string(), rules: z.array(Rule) })),
  log: z.array(LogEntry),
});

export const Report = z.discriminatedUnion('is', [
  /** It listens; the answer to no order. */
  z.strictObject({ is: z.literal('ready') }),
  z.strictObject({ is: z.literal('done') }),
  z.strictObject({ is: z.literal('seen'), figures: Figures }),
]);
export type Report = z.infer<typeof Report>;

/** A report as the process says it. */
export type Told = { readonly is: 'ready' | 'done' } | { readonly is: 'seen'; readonly figures: ProxyFigures };

/** Of one message: the rules of eight firewalls. */
export const MOST_BYTES = 16 * 1024 * 1024;
