// One Modbus proxy for each end of a link whose firewalls have rules for Modbus. It judges by the rules of all of them.
import type { Address } from '../../model/address.ts';
import type { LineGuard, LineRule } from '../../model/kinds/line.ts';
import type { DrawnLink } from '../../model/kinds/policy.ts';
import { proxyOf } from '../../model/kinds/proxy.ts';
import type { Draft } from '../../model/lowering.ts';
import { compareText, draftsOf, isKind } from '../drafts.ts';
import { cardsBeside, findSwitches, type Switch } from './stations.ts';

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
      ...vmsOf(end, guards, switches.get(segment.address)),
    },
  };
}

/** In the words of Modbus, `both` when it says nothing. */
function hasDirection({ direction = 'both' }: LineRule): boolean {
  return direction !== 'both';
}

/** By which addresses the proxy tells who asks, where a rule wants to know. */
function vmsOf({ address }: Draft, guards: readonly LineGuard[], on: Switch | undefined): { vms?: string[] } {
  if (!guards.some(({ rules }) => rules.some(hasDirection))) return {};
  return { vms: [...new Set(cardsBeside(address, on).flatMap(({ ips }) => ips))].sort(compareText) };
}

/** The edge leg of the switch, wherever it is; a switch has at most one router. */
function routerOf(one: Switch | undefined): { router?: string } {
  const [leg] = one?.stations.flatMap(({ draft }) => (isKind('edge', draft) ? [draft] : [])) ?? [];
  return leg === undefined ? {} : { router: leg.spec.inside };
}
