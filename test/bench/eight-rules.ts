// The firewall of the benches that relay CAN frames: eight rules, each of which the load meets as often.
import type { CanRule } from '../../runtime/protocols/can/rules.ts';

export const eightRules: CanRule[] = Array.from({ length: 8 }, (_, place) => ({
  id: `rule-${place}`,
  ids: [{ id: place * 32, mask: 0x7f0 }],
  format: 'standard' as const,
  remote: 'data' as const,
  type: 'any' as const,
  lengths: [],
  action: 'accept' as const,
  log: false,
}));
