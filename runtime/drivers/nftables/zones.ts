// Connection-tracking zones: a number per segment, so that flows of tenants with the same addresses never meet.
// The number is kept for as long as the segment is policed, because changing it would forget the flows.
import { deviceName } from '../../host/linux/device-name.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';

/** Zones are 16-bit numbers; 0 is everybody else's. */
const MOST = 0xffff;

/**
 * @param segments  segments of one policy
 * @param own       zones its tables have now, by bridge
 * @param taken     zones of all other tables
 */
export function assignZones(
  segments: readonly Address<'segment'>[],
  own: ReadonlyMap<string, number>,
  taken: ReadonlySet<number>,
): Record<Address<'segment'>, number> {
  const used = new Set(taken);
  const zones: Record<Address<'segment'>, number> = {};
  for (const segment of segments) {
    const bridge = deviceName('gws', segment);
    const before = own.get(bridge) ?? 0;
    const zone = before > 0 && !used.has(before) ? before : freeZone(bridge, used);
    used.add(zone);
    zones[segment] = zone;
  }
  return zones;
}

/** Starts at the hash in the bridge's name, so that the same segment mostly has the same number. */
function freeZone(bridge: string, used: ReadonlySet<number>): number {
  if (used.size >= MOST) throw new GatewrightError('GW_BUG', 'all connection-tracking zones are taken');
  let zone = (Number.parseInt(bridge.slice(3, 7), 16) % MOST) + 1;
  while (used.has(zone)) zone = (zone % MOST) + 1;
  return zone;
}
