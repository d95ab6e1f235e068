// A leg of an edge router as a part: it stands between a segment and an uplink, with a port in either.
import type { Address } from '../../model/address.ts';
import type { EdgeSpec } from '../../model/kinds/edge.ts';
import type { SwitchPort } from '../../switch/fabric/segment-switch.ts';
import { EdgeLeg, type EdgeLegOptions } from '../../switch/router/edge-leg.ts';
import type { Ground } from './ground.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Living, Wanted } from './part.ts';
import { portStatus } from './plugs.ts';

export function edgeLeg(ground: Ground, { address, spec }: Living<'edge'>): Wanted {
  const { switches } = ground;
  const { segment, uplink, tenant: _tenant, router: _router, ...made } = spec;
  return {
    id: address,
    // Without the names, which are for people.
    key: JSON.stringify([segment, switches.serial(segment), uplink, switches.serial(uplink), made]),
    of: address,
    shows: ['segment', 'uplink'],
    async open() {
      const [inner, outer] = [switches.get(segment, address), switches.get(uplink, address)];
      const { leg, keeper } = await successor(ground, address, spec, {
        toInside: frame => inside.receive(frame),
        toOutside: frame => outside.receive(frame),
      });
      const inside: SwitchPort = inner.attach(address, frame => leg.fromInside(frame));
      const outside: SwitchPort = outer.attach(address, frame => leg.fromOutside(frame));
      return {
        status: () => ({ up: true, inside: portStatus(inside), outside: portStatus(outside), ...legStatus(leg) }),
        async close() {
          inside.detach();
          outside.detach();
          await keeper.close();
        },
      };
    },
  };
}

/**
 * A leg that knows what the one before it knew, unless that stood between other networks; of one in an earlier process, which
 * addresses it had given away.
 */
async function successor(
  { legs, leases, now }: Ground,
  address: Address,
  spec: EdgeSpec,
  sides: Pick<EdgeLegOptions, 'toInside' | 'toOutside'>,
): Promise<{ readonly leg: EdgeLeg; readonly keeper: LeaseKeeper }> {
  const last = legs.get(address);
  const same = last?.spec.segment === spec.segment && last.spec.uplink === spec.uplink;
  const stored = last === undefined ? await leases.read(address, spec) : [];
  const known = same ? { after: last.leg, leases: last.leg.leases() } : { leases: stored };
  const keeper = leases.keeper(address, spec, () => leg.leases());
  const leg: EdgeLeg = new EdgeLeg(spec, { now, ...sides, ...known, leased: () => keeper.changed() });
  legs.set(address, { leg, spec });
  if (last !== undefined) keeper.changed(); // it may have had another name, or stood elsewhere
  return { leg, keeper };
}

function legStatus(leg: EdgeLeg): Readonly<Record<string, unknown>> {
  const { received, fates, connections } = leg.counters();
  const counted = Object.fromEntries(Object.entries(fates).filter(([, count]) => count > 0));
  return { received, connections, fates: counted, leases: leg.leases().map(({ mac, ip }) => ({ mac, ip })) };
}
