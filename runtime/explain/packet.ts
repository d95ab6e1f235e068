// Why a packet passes the firewalls of a network or does not. The filter of our own switch is asked, which says the same as nftables
// does for the same policy; what its counters say is who decided. Pure.
import { type Address, parseAddress } from '../model/address.ts';
import type { ExplainedGuard, ExplainedPacket } from '../model/explained.ts';
import type { PolicedLink, PolicySpec } from '../model/kinds/policy.ts';
import { PolicyFilter } from '../switch/filter/policy-filter.ts';
import { directionOf, type Side } from '../switch/filter/port-rules.ts';
import { PacketView } from '../switch/packet/view.ts';
import { type GivenPacket, packetText } from './given-packet.ts';
import { nearestLinkRule } from './nearest-link-rule.ts';
import { packetFrame } from './packet-frame.ts';

type Segment = Address<'segment'>;

/** Where a packet comes from and goes to, when the addresses do not tell. */
export interface PacketPlaces {
  readonly from?: Address | undefined;
  readonly to?: Address | undefined;
}

/** Of whom nobody says who it is. */
const SOMEBODY = '';
const SOME_MAC = '02:00:00:00:00:01';
const MODBUS_PORT = 502;

/** One answer for each segment of a policy that the packet would cross firewalls of. */
export function explainPacket(
  policy: PolicySpec,
  packet: GivenPacket,
  places: PacketPlaces = {},
): readonly ExplainedPacket[] {
  const segments = [...new Set(policy.links.map(({ segment }) => segment))];
  return segments.flatMap(segment => {
    const { from, to } = placesOn(policy, segment, packet, places);
    const isHere = policy.links.some(link => link.segment === segment && (link.port === from || link.port === to));
    return isHere ? [onSegment(policy, segment, packet, { from, to })] : [];
  });
}

/** By the addresses that ports are bound to; what no port has comes from or goes to the only way out of the segment. */
function placesOn(policy: PolicySpec, segment: Segment, packet: GivenPacket, chosen: PacketPlaces): PacketPlaces {
  const bound = (address: string) =>
    policy.bindings.find(binding => binding.segment === segment && binding.ips.includes(address))?.port;
  const ways = [...new Set(policy.links.filter(link => link.segment === segment).map(({ port }) => port))].filter(
    port => parseAddress(port)?.kind !== 'port',
  );
  const out = ways.length === 1 ? ways[0] : undefined;
  const [sender, receiver] = [chosen.from ?? bound(packet.source), chosen.to ?? bound(packet.destination)];
  if (sender === undefined && receiver === undefined) return {};
  return { from: sender ?? (receiver === out ? undefined : out), to: receiver ?? (sender === out ? undefined : out) };
}

function onSegment(
  policy: PolicySpec,
  segment: Segment,
  packet: GivenPacket,
  { from, to }: PacketPlaces,
): ExplainedPacket {
  const filter = new PolicyFilter(policy, segment, { now: () => 1, flows: 64, doors: () => ({ untilMs: Infinity }) });
  const view = new PacketView();
  view.read(packetFrame(packet, policy.bindings.find(({ port }) => port === from)?.mac ?? SOME_MAC));
  const spoofed = !filter.admits(from ?? SOMEBODY, view);
  const accepted = filter.passes(from ?? SOMEBODY, to ?? SOMEBODY, view) && !spoofed;
  const counted = filter.counters().counters;
  const links = sidesOf(policy, segment, { from, to });
  return {
    ...{ says: packetText(packet), segment, accepted, spoofed },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    guards: links.flatMap(([link, side]) => guardOf(link, side, packet, counted[`${link.firewall}@${link.port}`])),
    gates: [...new Set(links.flatMap(([{ gates = [] }]) => gates.map(({ by }) => by)))],
    proxied:
      packet.protocol === 'tcp' && packet.port === MODBUS_PORT && links.some(([{ proxied }]) => proxied !== undefined),
  };
}

function sidesOf(
  policy: PolicySpec,
  segment: Segment,
  { from, to }: PacketPlaces,
): readonly (readonly [PolicedLink, Side])[] {
  const at = (port: Address | undefined, side: Side) =>
    policy.links.filter(link => link.segment === segment && link.port === port).map(link => [link, side] as const);
  return [...at(from, 'from'), ...at(to, 'to')];
}

/** Nothing of a firewall that was never asked. */
function guardOf(
  link: PolicedLink,
  side: Side,
  packet: GivenPacket,
  counted: Readonly<Record<string, { readonly packets: number }>> | undefined,
): readonly ExplainedGuard[] {
  const hit = Object.entries(counted ?? {}).find(([, { packets }]) => packets > 0)?.[0];
  if (hit === undefined) return [];
  const place = link.rules.findIndex(({ id }) => id === hit);
  const accepted = link.rules[place]?.action === 'accept';
  const tried = place === -1 ? link.rules : link.rules.slice(0, place);
  const near = accepted ? undefined : nearestLinkRule(tried, directionOf(link, side), packet);
  const { firewall, port } = link;
  return [
    {
      ...{ firewall, port, accepted },
      ...(place === -1 ? {} : { by: { rule: hit, number: place + 1 } }),
      ...(near === undefined ? {} : { nearest: near }),
    },
  ];
}
