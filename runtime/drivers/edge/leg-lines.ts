// Writes the batches that make a leg's devices, addresses and routes what its spec says, given what is there. Pure.
import type { BatchLine } from '../../host/linux/ip.ts';
import { plugIn, withoutIpv6 } from '../../host/linux/link-lines.ts';
import { aliasFor, ownLink } from '../../host/linux/link-tag.ts';
import type { Link } from '../../host/linux/links.ts';
import type { Resource } from '../../model/resource.ts';
import { legDevices } from './leg-devices.ts';
import type { LegState, Route } from './leg-state.ts';

type Leg = Resource<'edge'>;

export interface Surroundings {
  /** Devices of the host's namespace. */
  readonly links: readonly Link[];
  /** Devices inside the leg. */
  readonly inner: readonly Link[];
  /** The segment's bridge. */
  readonly bridge: string;
  /** The uplink's card. */
  readonly card: Link;
}

/** Inside the leg: takes away devices that cannot be changed into the wanted ones. */
export function unfitLines({ address }: Leg, around: Surroundings): readonly BatchLine[] {
  const devices = legDevices(address);
  const outer = around.inner.find(link => link.name === devices.outer);
  const inner = around.inner.find(link => link.name === devices.inner);
  return [
    ...(outer === undefined || outerFits(outer, around.card) ? [] : [['link', 'del', 'dev', outer.name]]),
    ...(inner === undefined || paired(devices, around) ? [] : [['link', 'del', 'dev', inner.name]]),
  ];
}

/**
 * In the host's namespace: both devices of the leg, the one on the bridge plugged in.
 * @throws GatewrightError GW_NETWORK_FOREIGN, GW_NETWORK_TAG_TOO_LONG
 */
export function deviceLines(leg: Leg, generation: number, around: Surroundings): readonly BatchLine[] {
  const { address, spec } = leg;
  const devices = legDevices(address);
  const { netns, bridgeEnd, inner, outer } = devices;
  const exists = ownLink(around.links, bridgeEnd, 'veth', address) !== undefined;
  const whole = exists && paired(devices, around);
  const outerExists = around.inner.some(link => link.name === outer && outerFits(link, around.card));
  const facts = { tenant: spec.tenant, router: spec.router };
  const peer = ['peer', 'name', inner, 'netns', netns];
  const macvlan = ['netns', netns, 'type', 'macvlan', 'mode', 'private'];
  return [
    ...(exists && !whole ? [['link', 'del', 'dev', bridgeEnd]] : []),
    ...(whole ? [] : [['link', 'add', 'name', bridgeEnd, 'type', 'veth', ...peer]]),
    ['link', 'set', 'dev', bridgeEnd, 'alias', aliasFor({ address, generation, facts })],
    ['link', 'set', 'dev', bridgeEnd, 'mtu', String(spec.mtu)],
    ...withoutIpv6(bridgeEnd, around.links),
    ...plugIn(bridgeEnd, around.bridge),
    ['link', 'set', 'dev', bridgeEnd, 'up'],
    // Private: legs on one card hear the world beyond it and not each other.
    ...(outerExists ? [] : [['link', 'add', 'link', around.card.name, 'name', outer, ...macvlan]]),
  ];
}

/** Whether the cable between bridge and leg is there; a server inside listens to a device, so a new cable needs a new one. */
export function hasCable({ address }: Leg, around: Surroundings): boolean {
  return paired(legDevices(address), around);
}

function outerFits(outer: Link, card: Link): boolean {
  return outer.type === 'macvlan' && outer.lowerIndex === card.index && outer.details.mode === 'private';
}

function paired({ bridgeEnd, inner }: { bridgeEnd: string; inner: string }, around: Surroundings): boolean {
  const end = around.links.find(link => link.name === bridgeEnd);
  const other = around.inner.find(link => link.name === inner);
  return other?.type === 'veth' && end?.lowerIndex === other.index && other.lowerIndex === end.index;
}

/** Inside the leg: addresses and routes, everything switched on. */
export function insideLines(leg: Leg, generation: number, state: LegState): readonly BatchLine[] {
  const { address, spec } = leg;
  const { inner, outer } = legDevices(address);
  const facts = spec.dns.length === 0 ? {} : { dns: spec.dns.join(',') };
  return [
    ...staleRoutes(spec, state.routes),
    ['link', 'set', 'dev', 'lo', 'up'],
    ['link', 'set', 'dev', inner, 'alias', aliasFor({ address, generation, facts })],
    ['link', 'set', 'dev', inner, 'address', spec.insideMac, 'mtu', String(spec.mtu)],
    ...addressLines(inner, spec.inside, state),
    ['link', 'set', 'dev', inner, 'up'],
    ['link', 'set', 'dev', outer, 'address', spec.outsideMac],
    ...addressLines(outer, spec.outside, state),
    ['link', 'set', 'dev', outer, 'up'],
    ...wantedRoutes(spec).map(route => ['route', 'replace', ...routeWords(route), 'proto', 'static']),
  ];
}

/** WHY flush: taking away a first address takes the others of its network along, so single removals may fail. */
function addressLines(device: string, wanted: string, { links }: LegState): readonly BatchLine[] {
  const present = links.find(link => link.name === device)?.addresses ?? [];
  if (present.length === 1 && present[0] === wanted) return [];
  return [
    ...(present.length === 0 ? [] : [['addr', 'flush', 'dev', device]]),
    ['addr', 'add', wanted, 'brd', '+', 'dev', device],
  ];
}

/** The metric carries a route's place in the drawing; the default route has none. */
function wantedRoutes({ defaultGateway, routes }: Leg['spec']): readonly Route[] {
  return [
    ...(defaultGateway === undefined ? [] : [{ destination: '0.0.0.0/0', via: defaultGateway, metric: 0 }]),
    ...routes.map((route, index) => ({ ...route, metric: index + 1 })),
  ];
}

function staleRoutes(spec: Leg['spec'], present: readonly Route[]): readonly BatchLine[] {
  const key = (route: Route) => `${route.destination} ${route.via} ${route.metric}`;
  const wanted = new Set(wantedRoutes(spec).map(key));
  return present.filter(route => !wanted.has(key(route))).map(route => ['route', 'del', ...routeWords(route)]);
}

function routeWords({ destination, via, device, metric }: Route): readonly string[] {
  return [
    destination,
    ...(via === undefined ? [] : ['via', via]),
    ...(via !== undefined || device === undefined ? [] : ['dev', device]),
    ...(metric === 0 ? [] : ['metric', String(metric)]),
  ];
}
