// The fields of a firewall. Addresses and ports are written as text with commas between.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { canRules } from './can-rules.ts';
import { modbusRules } from './modbus-rules.ts';

const rule = z.object({
  id: fields.name('rule id'),
  direction: fields.choice(['outbound', 'inbound']).default('outbound'),
  action: fields.choice(['accept', 'drop']).default('accept'),
  protocol: fields.choice(['any', 'tcp', 'udp', 'icmp']).default('any'),
  sources: fields.rangeList().default([]),
  destinations: fields.rangeList().default([]),
  ports: fields.portList().default([]),
  log: fields.flag().default(false),
});

export const FirewallConfig = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  rules: fields.rows(rule, 20_000),
  /** For buses that pass through; those of the protocol of a bus count for it. */
  modbusRules: modbusRules(),
  canRules: canRules(),
});
export type FirewallConfig = z.infer<typeof FirewallConfig>;
