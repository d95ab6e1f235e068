// A leg of an edge router as a part: it stands between a segment and an uplink, with a port in either.
import type { SwitchPort } from '../../switch/fabric/segment-switch.ts';
import { EdgeLeg } from '../../switch/router/edge-leg.ts';
import type { Living, Wanted } from './part.ts';
import { type Ground, portStatus } from './plugs.ts';

export function edgeLeg({ switches, now }: Ground, { address, spec }: Living<'edge'>): Wanted {
  const { segment, uplink } = spec;
  // Names are for people: another one is no reason to lose the connections through the leg.
  const { tenant: _tenant, router: _router, ...made } = spec;
  return {
    id: address,
    key: JSON.stringify([switches.serial(segment), switches.serial(uplink), made]),
    of: address,
    shows: ['segment', 'uplink'],
    open() {
      const [inner, outer] = [switches.get(segment, address), switches.get(uplink, address)];
      const leg: EdgeLeg = new EdgeLeg(spec, {
        now,
        toInside: frame => inside.receive(frame),
        toOutside: frame => outside.receive(frame),
      });
      const inside: SwitchPort = inner.attach(address, frame => leg.fromInside(frame));
      const outside: SwitchPort = outer.attach(address, frame => leg.fromOutside(frame));
      return {
        status: () => ({ up: true, inside: portStatus(inside), outside: portStatus(outside), ...legStatus(leg) }),
        close() {
          inside.detach();
          outside.detach();
        },
      };
    },
  };
}

function legStatus(leg: EdgeLeg): Readonly<Record<string, unknown>> {
  const { received, fates, connections } = leg.counters();
  return { received, connections, fates: Object.fromEntries(Object.entries(fates).filter(([, count]) => count > 0)) };
}
