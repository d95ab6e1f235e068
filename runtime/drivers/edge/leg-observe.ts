// Turns what was read of a leg into its spec. A leg that does not route and filter as its router shall is shown without its
// `router`; a server that does not run as it shall, without `dhcp`. Pure.
import type { OwnTag } from '../../host/linux/link-tag.ts';
import type { Link } from '../../host/linux/links.ts';
import { claimOf } from '../../host/linux/uplink-claim.ts';
import { type Address, type Name, parseAddress } from '../../model/address.ts';
import type { Spec } from '../../model/kind.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { parseTag } from '../../model/tag.ts';
import type { Server } from './dnsmasq.ts';
import { legDevices } from './leg-devices.ts';
import { type DhcpFiles, dhcpArguments, parseDhcpArguments } from './leg-dhcp.ts';
import type { Fingerprints } from './leg-rules.ts';
import type { LegState } from './leg-state.ts';

export interface LegReading {
  /** Newest tag found on any device of the leg. */
  readonly tag: OwnTag<'edge'>;
  /** Devices of the host's namespace. */
  readonly links: readonly Link[];
  readonly state: LegState | undefined;
  readonly rules: Fingerprints | undefined;
  readonly server: Server | undefined;
  readonly files: DhcpFiles;
}

type EdgePart = Partial<Spec<'edge'>>;

export function observeLeg(reading: LegReading, gateway: Name): ObservedResource<'edge'> {
  const { address, generation } = reading.tag;
  const devices = legDevices(address);
  const find = (links: readonly Link[] | undefined, name: string) => links?.find(link => link.name === name);
  const bridgeEnd = find(reading.links, devices.bridgeEnd);
  const inner = find(reading.state?.links, devices.inner);
  const outer = find(reading.state?.links, devices.outer);
  const problems = problemsOf(reading, outer);
  const inside = insideOf(bridgeEnd, inner);
  const spec: EdgePart = {
    ...namesOf(bridgeEnd, problems),
    ...segmentOf(bridgeEnd, reading.links),
    ...uplinkOf(outer, reading.links, gateway),
    ...inside,
    ...outsideOf(outer),
    ...routesOf(reading.state),
    ...natOf(reading.rules, outer),
    ...dhcpOf(reading, inner, inside),
  };
  const status = { netns: devices.netns, problems, dhcpProcess: reading.server?.pid };
  return { address, kind: 'edge', spec, generation, status };
}

function problemsOf({ state, rules }: LegReading, outer: Link | undefined): readonly string[] {
  const filter = factOf(outer, 'filter');
  return [
    ...(state?.forwarding === true ? [] : ['packets are not forwarded, or without a strict reverse path']),
    ...(rules !== undefined && rules.filter === filter ? [] : ['the packet filter was changed']),
  ];
}

function factOf(link: Link | undefined, fact: string): string | undefined {
  return link === undefined ? undefined : parseTag(link.alias)?.facts?.[fact];
}

function namesOf(bridgeEnd: Link | undefined, problems: readonly string[]): EdgePart {
  const [tenant, router] = [factOf(bridgeEnd, 'tenant'), factOf(bridgeEnd, 'router')];
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(router === undefined || problems.length > 0 ? {} : { router }),
  };
}

function segmentOf(bridgeEnd: Link | undefined, links: readonly Link[]): EdgePart {
  const bridge = links.find(link => link.name === bridgeEnd?.master);
  const address = bridge === undefined ? undefined : parseTag(bridge.alias)?.address;
  const plugged = bridgeEnd?.up === true && address !== undefined && parseAddress(address)?.kind === 'segment';
  return plugged ? { segment: address as Address<'segment'> } : {};
}

function uplinkOf(outer: Link | undefined, links: readonly Link[], gateway: Name): EdgePart {
  const card = links.find(link => link.index === outer?.lowerIndex);
  const claim = claimOf(card, gateway);
  return claim === undefined ? {} : { uplink: claim.address };
}

function insideOf(bridgeEnd: Link | undefined, inner: Link | undefined): EdgePart {
  if (inner === undefined) return {};
  return {
    ...(inner.up && inner.addresses.length > 0 ? { inside: inner.addresses.join(' ') } : {}),
    insideMac: inner.mac,
    mtu: Math.min(inner.mtu, bridgeEnd?.mtu ?? inner.mtu),
  };
}

function outsideOf(outer: Link | undefined): EdgePart {
  if (outer === undefined) return {};
  return {
    ...(outer.up && outer.addresses.length > 0 ? { outside: outer.addresses.join(' ') } : {}),
    outsideMac: outer.mac,
  };
}

function routesOf(state: LegState | undefined): EdgePart {
  if (state === undefined) return {};
  const isDefault = (route: LegState['routes'][number]) => route.destination === '0.0.0.0/0' && route.metric === 0;
  const gateways = state.routes.filter(isDefault).map(route => route.via ?? `dev ${route.device}`);
  const routes = state.routes.filter(route => !isDefault(route));
  return {
    ...(gateways.length === 0 ? {} : { defaultGateway: gateways.join(' ') }),
    routes: routes.map(({ destination, via, device }) => ({ destination, via: via ?? `dev ${device}` })),
  };
}

/** NAT that is there and not as it was set up is neither on nor off. */
function natOf(rules: Fingerprints | undefined, outer: Link | undefined): EdgePart {
  if (rules === undefined) return {};
  if (rules.nat === undefined) return { nat: false };
  return rules.nat === factOf(outer, 'nat') ? { nat: true } : {};
}

function dhcpOf({ server, files, tag }: LegReading, inner: Link | undefined, inside: EdgePart): EdgePart {
  const remembered = factOf(inner, 'dns');
  const dns = remembered === undefined ? [] : remembered.split(',');
  const running = server === undefined ? undefined : parseDhcpArguments(server.args);
  if (server === undefined || running === undefined || inside.inside === undefined || inside.mtu === undefined)
    return inner === undefined ? {} : { dns };
  const task = { ...running, inside: inside.inside, mtu: inside.mtu };
  const wanted = dhcpArguments(task, legDevices(tag.address), files);
  const asWanted = wanted.length === server.args.length && wanted.every((arg, index) => arg === server.args[index]);
  return { ...(asWanted ? { dhcp: running.server } : {}), dns: [...running.dns] };
}
