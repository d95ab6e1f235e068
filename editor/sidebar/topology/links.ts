// The wires of the picture: each is made by a port, a leg, a line's end or a device, and passes firewalls and gates. Pure.
import type { Address } from '../../../runtime/model/address.ts';
import type { Gated } from '../../../runtime/model/kinds/gated.ts';
import type { PolicedLink } from '../../../runtime/model/kinds/policy.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import type { Difference, LinkGate, Standing, TopologyLink } from './graph.ts';
import { worstOf } from './marks.ts';
import { routerOf } from './nodes.ts';
import { ofKind, partsOf, type Thing } from './thing.ts';

type Things = ReadonlyMap<Address, Thing>;

export function linksOf(things: Things, state: GatewayState): readonly TopologyLink[] {
  const police = policeOf(things, state);
  const legs = ofKind(things, 'edge');
  return [
    ...ofKind(things, 'line').flatMap(line => lineLinks(line, things, state)),
    ...ofKind(things, 'device').flatMap(deviceLink),
    ...ofKind(things, 'port').flatMap(port => portLink(port, police)),
    ...legs.flatMap(leg => insideLink(leg, police)),
    ...outsideLinks(legs),
    ...ofKind(things, 'segment').flatMap(segment => bridgedLink(segment, police)),
  ];
}

const PLAIN = { firewalls: [], gates: [], differences: [] } as const;

function lineLinks(line: Thing<'line'>, things: Things, state: GatewayState): readonly TopologyLink[] {
  return (line.spec.ports ?? []).map(({ vm, guards, gates }) => ({
    ...{ id: `${line.address} ${vm}`, from: line.address, to: vm, sort: 'field' },
    firewalls: guards.map(({ firewall }) => firewall),
    gates: gatesOf(gates, things, state),
    addresses: [line.address],
    standing: line.standing,
    differences: line.differences.filter(({ field }) => field.startsWith(`ports[${vm}]`)),
  }));
}

function deviceLink({ address, spec, standing }: Thing<'device'>): readonly TopologyLink[] {
  if (spec.vm === undefined) return [];
  const ends = { id: address, from: address, to: spec.vm, sort: 'field' } as const;
  return [{ ...PLAIN, ...ends, addresses: [address], standing }];
}

function portLink({ address, gateway, spec, standing, differences }: Thing<'port'>, police: Police) {
  const { vm, segment } = spec;
  if (vm === undefined || segment === undefined) return [];
  const ends = { id: address, from: `vm.${gateway}/${vm}`, to: segment, sort: 'network' } as const;
  return [policed({ ...PLAIN, ...ends, addresses: [address], standing, differences }, police(address, segment))];
}

function insideLink(leg: Thing<'edge'>, police: Police): readonly TopologyLink[] {
  const { address, spec, standing, differences } = leg;
  const { segment } = spec;
  if (segment === undefined) return [];
  const ends = { id: address, from: segment, to: routerOf(leg), sort: 'network' } as const;
  return [policed({ ...PLAIN, ...ends, addresses: [address], standing, differences }, police(address, segment))];
}

/** Several legs of a router may leave by one uplink; that is one wire. */
function outsideLinks(legs: readonly Thing<'edge'>[]): readonly TopologyLink[] {
  const wires = Map.groupBy(
    legs.filter(({ spec }) => spec.uplink !== undefined),
    leg => `${routerOf(leg)} ${leg.spec.uplink}`,
  );
  return [...wires].map(([id, own]) => {
    const [from, to] = id.split(' ') as [string, string];
    const standing = worstOf(own.map(leg => leg.standing));
    return { ...PLAIN, id, from, to, sort: 'network', addresses: own.map(({ address }) => address), standing };
  });
}

function bridgedLink({ address, spec, standing }: Thing<'segment'>, police: Police): readonly TopologyLink[] {
  const { uplink } = spec;
  if (uplink === undefined) return [];
  const ends = { id: `${address} ${uplink}`, from: address, to: uplink, sort: 'network' } as const;
  return [policed({ ...PLAIN, ...ends, addresses: [address], standing }, police(uplink, address))];
}

/** What stands in a network link. */
interface Guards extends Pick<TopologyLink, 'firewalls' | 'gates' | 'addresses' | 'differences'> {
  /** Absent when nothing does. */
  readonly standing?: Standing;
}

/** @param port  the device's end of the link */
type Police = (port: Address, segment: Address) => Guards;

function policed(link: TopologyLink, guards: Guards): TopologyLink {
  const { firewalls, gates } = guards;
  return {
    ...link,
    ...{ firewalls, gates },
    addresses: [...link.addresses, ...guards.addresses],
    differences: [...link.differences, ...guards.differences],
    standing: guards.standing === undefined ? link.standing : worstOf([link.standing, guards.standing]),
  };
}

function policeOf(things: Things, state: GatewayState): Police {
  const policies = ofKind(things, 'policy');
  const proxies = ofKind(things, 'proxy');
  return (port, segment) => {
    const proxy = proxies.find(({ spec }) => spec.port === port && spec.segment === segment);
    const guards = policies.flatMap(policy => {
      const links = (policy.spec.links ?? []).filter(link => link.port === port && link.segment === segment);
      return links.map(link => guardOf(link, policy));
    });
    const standings = [...guards.map(({ standing }) => standing), ...(proxy === undefined ? [] : [proxy.standing])];
    return {
      firewalls: guards.flatMap(({ link }) => link.firewall),
      gates: gatesOf(
        guards.flatMap(({ link }) => link.gates ?? []),
        things,
        state,
      ),
      addresses: [...new Set(guards.map(({ policy }) => policy)), ...(proxy === undefined ? [] : [proxy.address])],
      differences: [...guards.flatMap(({ differences }) => differences), ...(proxy?.differences ?? [])],
      ...(standings.length === 0 ? {} : { standing: worstOf(standings) }),
    };
  };
}

interface Guard {
  readonly link: PolicedLink;
  readonly policy: Address;
  readonly differences: readonly Difference[];
  readonly standing: Standing;
}

/**
 * A policy is all of a tenant's firewalls at once. Of one that is otherwise than drawn, a link shows only what concerns it; what
 * concerns no link in particular is shown at the zone.
 */
function guardOf(link: PolicedLink, { address, standing, differences }: Thing<'policy'>): Guard {
  const own = differences.filter(({ field }) => field.startsWith('links') && field.includes(link.firewall));
  const concerned = differences.length === 0 || own.length > 0;
  return { link, policy: address, differences: own, standing: concerned ? standing : 'in-place' };
}

/** The gates of a link, once each. */
function gatesOf(gates: readonly Gated[] = [], things: Things, state: GatewayState): readonly LinkGate[] {
  return [...new Set(gates.map(({ by }) => by))].map(by => ({
    ...{ address: by, name: partsOf(by).name, standing: things.get(by)?.standing ?? 'unknown' },
    state: state.gates.find(({ gate }) => gate === by)?.state,
  }));
}
