// Which frames each proxy is to get: by the devices they may come in by, and by the stations they may be for. Knows no rules.
import { deviceName, type ProxyStation, portDevice, proxyStation } from '../../../host/linux/device-name.ts';
import type { Address } from '../../../model/address.ts';
import type { LegStation, PolicySpec } from '../../../model/kinds/policy.ts';
import { proxyOf } from '../../../model/kinds/proxy.ts';
import type { NftElement } from '../kernel/table.ts';
import { kindOf, proxiedPorts, segmentsOf } from './layout.ts';
import { deviceOf, type Surroundings } from './surroundings.ts';

export interface Lift {
  readonly port: Address;
  /** The port's own end. */
  readonly device: string;
  readonly proxy: ProxyStation;
  /** All other ways onto the segment. */
  readonly entrances: readonly NftElement[];
  /** MAC addresses. */
  readonly stations: readonly string[];
  /** The stations are behind the port; otherwise they are those that are not, because nobody knows what is behind an uplink. */
  readonly behind: boolean;
}

/** One for each proxied port, in the order of their numbers. */
export function liftsOf(spec: PolicySpec, around: Surroundings): readonly Lift[] {
  const segments = new Map(spec.links.map(link => [link.port, link.segment]));
  return proxiedPorts(spec.links).flatMap(port => {
    const segment = segments.get(port);
    return segment === undefined ? [] : [liftOf(onSegment(spec, segment, around), port, around)];
  });
}

/** What is on the segment of a proxied link. */
interface Segment {
  readonly segment: Address<'segment'>;
  readonly ends: readonly { readonly port: Address; readonly device: string; readonly mac: string }[];
  readonly proxies: readonly ProxyStation[];
  readonly cards: readonly NftElement[];
}

function onSegment(spec: PolicySpec, segment: Address<'segment'>, around: Surroundings): Segment {
  const bound = spec.bindings.filter(binding => binding.segment === segment);
  const links = spec.links.filter(link => link.segment === segment);
  const comment = `card ${segmentsOf(spec).indexOf(segment)}`;
  return {
    segment,
    ends: [
      ...bound.map(({ port, mac }) => ({ port, device: portDevice(port), mac })),
      ...legsOn(spec, segment).map(({ leg, mac }) => ({ port: leg, device: portDevice(leg), mac })),
    ],
    proxies: proxiedPorts(links).map(port => proxyStation(proxyOf(port, segment))),
    cards: (around.cards[segment] ?? []).map(card => ({ key: card, comment })),
  };
}

function liftOf({ segment, ends, proxies, cards }: Segment, port: Address, around: Surroundings): Lift {
  const proxy = proxyStation(proxyOf(port, segment));
  const device = deviceOf(port, around);
  const devices = [
    ...ends.map(end => end.device),
    deviceName('gwx', segment),
    ...proxies.map(other => other.device),
  ].map(key => ({ key }));
  const entrances = [...devices, ...cards].filter(({ key }) => key !== device && key !== proxy.device);
  const behind = kindOf(port) !== 'uplink';
  const stations = behind ? ends.filter(end => end.port === port) : [...ends, ...proxies];
  return { port, device, proxy, entrances, stations: [...new Set(stations.map(({ mac }) => mac))], behind };
}

/** Edge legs on a segment, as its proxied links were told. */
export function legsOn(spec: PolicySpec, segment: Address<'segment'>): readonly LegStation[] {
  return spec.links.find(link => link.segment === segment && link.proxied !== undefined)?.proxied?.legs ?? [];
}
