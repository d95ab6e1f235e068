// One Modbus proxy for each end of a link whose firewalls have rules for Modbus. It judges by the rules of all of them.
import type { Address } from '../../model/address.ts';
import type { LineGuard } from '../../model/kinds/line.ts';
import type { DrawnLink } from '../../model/kinds/policy.ts';
import { proxyOf } from '../../model/kinds/proxy.ts';
import type { Draft } from '../../model/lowering.ts';
import { draftsOf, isKind } from '../drafts.ts';
import { findSwitches, type Switch } from './stations.ts';

/** @param links  in drawing order */
export function drawProxies(drafts: readonly Draft[], links: readonly DrawnLink[]): readonly Draft<'proxy'>[] {
  const judged = Map.groupBy(
    links.filter(link => link.modbus.length > 0),
    link => `${link.port} ${link.segment}`,
  );
  const switches = findSwitches(drafts);
  const segments = new Map(draftsOf('segment', drafts).map(segment => [segment.address, segment]));
  const ends = new Map(drafts.map(draft => [draft.address, draft]));
  return [...judged.values()].flatMap((group): Draft<'proxy'>[] => {
    const [first] = group;
    if (first === undefined) return [];
    const [end, segment] = [ends.get(first.port), segments.get(first.segment)];
    return end === undefined || segment === undefined ? [] : [drawProxy(end, segment, group, switches)];
  });
}

function drawProxy(
  end: Draft,
  segment: Draft<'segment'>,
  links: readonly DrawnLink[],
  switches: ReadonlyMap<Address, Switch>,
): Draft<'proxy'> {
  const { tenant, mtu } = segment.spec;
  const guards = links.map(({ firewall, modbus }): LineGuard => ({ firewall, rules: [...modbus] }));
  return {
    address: proxyOf(end.address, segment.address),
    kind: 'proxy',
    source: end.source,
    spec: {
      tenant,
      segment: segment.address,
      port: end.address,
      mtu,
      ...routerOf(switches.get(segment.address)),
      guards,
    },
  };
}

/** The edge leg of the switch, wherever it is; a switch has at most one router. */
function routerOf(one: Switch | undefined): { router?: string } {
  const [leg] = one?.stations.flatMap(({ draft }) => (isKind('edge', draft) ? [draft] : [])) ?? [];
  return leg === undefined ? {} : { router: leg.spec.inside };
}
