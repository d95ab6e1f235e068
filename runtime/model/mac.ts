// MAC addresses for what was drawn without one. Deterministic, so that the same drawing gives the same address everywhere.
import { createHash } from 'node:crypto';

/**
 * A locally administered unicast address (IEEE 802-2014 8.4) made from 40 bits of a hash.
 * @param text  what the address belongs to, for example `port.cell-7/robot-a.eth0`
 */
export function deriveMac(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return ['02', ...Array.from({ length: 5 }, (_unused, index) => digest.slice(index * 2, index * 2 + 2))].join(':');
}
