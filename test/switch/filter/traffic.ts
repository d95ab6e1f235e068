// Random policies, and conversations over one segment frame by frame: honest ones, odd ones and forged ones.
import fc from 'fast-check';
import {
  anyIpFrame,
  arpFrame,
  BROADCAST,
  type Ends,
  icmpErrorFrame,
  ip6Frame,
  ipFrame,
  type Packet,
  taggedFrame,
  transport,
} from '../../drivers/nftables/frame.ts';
import { type Binding, binding, type Link, policy, type Rule } from '../../drivers/nftables/policies.ts';

export const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const CAMERA = 'port.cell-7/camera.eth0';
export const UPLINK = 'uplink.cell-7/plant';
export const PLACES = [ROBOT, CAMERA, 'edge.cell-7/plant-edge.cell-a', UPLINK] as const;
export type Place = (typeof PLACES)[number];

/** Every place may use this address, so that a marker from it passes. */
export const COMMON_IP = '10.0.0.1';
const ADDRESSES = [COMMON_IP, '10.0.0.2', '10.0.1.1', '192.168.50.10'];
const NETWORKS = ['10.0.0.1/32', '10.0.0.0/31', '10.0.0.0/24', '10.0.0.0/16', '192.168.50.10/32', '0.0.0.0/0'];
const STRANGER = '02:00:00:00:00:66';

export function macOf(place: Place): string {
  return `02:00:00:00:00:0${PLACES.indexOf(place) + 1}`;
}

/** One frame on its way from one place to another; to everybody when it is a broadcast. */
export interface Shot {
  readonly what: string;
  readonly from: Place;
  readonly to: Place;
  readonly broadcast: boolean;
  readonly frame: Buffer;
}

// Policies

const someRule: fc.Arbitrary<Omit<Rule, 'id'>> = fc
  .record({
    direction: fc.constantFrom<Rule['direction'][]>('outbound', 'inbound'),
    action: fc.constantFrom<Rule['action'][]>('accept', 'accept', 'accept', 'drop'),
    protocol: fc.constantFrom<Rule['protocol'][]>('any', 'any', 'tcp', 'udp', 'icmp'),
    sources: fc.subarray(NETWORKS, { maxLength: 3 }),
    destinations: fc.subarray(NETWORKS, { maxLength: 3 }),
    ports: fc.subarray(['502', '503', '500-600', '80', '1-65535'], { maxLength: 3 }),
    log: fc.constant(false),
  })
  .map(rule => (rule.protocol === 'tcp' || rule.protocol === 'udp' ? rule : { ...rule, ports: [] }));

const someLink = fc.record({
  port: fc.constantFrom(...PLACES),
  outbound: fc.constantFrom<Link['outbound'][]>('from-port', 'to-port'),
  rules: fc.array(someRule, { maxLength: 8 }),
});

/** None means any. */
const addresses = fc.constantFrom([], [COMMON_IP], ADDRESSES.slice(0, 2), ADDRESSES);
const bindings: fc.Arbitrary<Binding[]> = fc
  .tuple(addresses, addresses)
  .map(([robot, camera]) => [binding(ROBOT, macOf(ROBOT), ...robot), binding(CAMERA, macOf(CAMERA), ...camera)]);

export const policies = fc.tuple(bindings, fc.array(someLink, { maxLength: 5 })).map(([bound, list]) => {
  const links = list.map(
    (each, index): Link => ({
      ...each,
      firewall: `firewall-${index}`,
      segment: SEGMENT,
      rules: each.rules.map((rule, number) => ({ id: `rule-${number}`, ...rule })),
    }),
  );
  return policy(bound, links);
});

// Conversations

const FLAGS = {
  syn: 0x02,
  synAck: 0x12,
  ack: 0x10,
  push: 0x18,
  fin: 0x11,
  rst: 0x04,
  rstAck: 0x14,
  none: 0,
  odd: 0x03,
};
type Flag = keyof typeof FLAGS;
interface Step {
  readonly back: boolean;
  readonly flag: Flag;
  /** An ICMP error about the request in place of a packet of the conversation. */
  readonly error: boolean;
}
const step = (back: boolean, flag: Flag): Step => ({ back, flag, error: false });
const WHOLE = [
  step(false, 'syn'),
  step(true, 'synAck'),
  step(false, 'ack'),
  step(false, 'push'),
  step(true, 'push'),
  step(false, 'fin'),
  step(true, 'fin'),
  step(false, 'ack'),
];
const anyStep: fc.Arbitrary<Step> = fc.record({
  back: fc.boolean(),
  flag: fc.constantFrom(...(Object.keys(FLAGS) as Flag[])),
  error: fc.integer({ max: 9, min: 0 }).map(number => number < 2),
});
/** A usual beginning, then anything. */
const script = fc
  .tuple(fc.nat({ max: WHOLE.length }), fc.array(anyStep, { maxLength: 4 }))
  .map(([length, rest]) => [...WHOLE.slice(0, length), ...rest]);

const way = fc
  .record({
    from: fc.constantFrom(...PLACES),
    to: fc.constantFrom(...PLACES),
    source: fc.constantFrom(...ADDRESSES),
    destination: fc.constantFrom(...ADDRESSES),
  })
  .filter(({ from, to }) => from !== to);
type Way = typeof way extends fc.Arbitrary<infer W> ? W : never;

const ODD = [
  'mac',
  'arp',
  'arpProbe',
  'arpLie',
  'ip6',
  'tagged',
  'ask',
  'offer',
  'gre',
  'timestamp',
  'redirect',
  'udpLength',
  'tcpLength',
] as const;
type Odd = (typeof ODD)[number];
const odd = fc.record({ way, odd: fc.constantFrom(...ODD) });
const conversation = fc.record({
  way,
  protocol: fc.constantFrom<Packet['protocol'][]>('tcp', 'tcp', 'udp', 'icmp'),
  port: fc.constantFrom(80, 502, 503, 600),
  script,
});
export const conversations = fc.array(fc.oneof({ weight: 3, arbitrary: conversation }, { weight: 2, arbitrary: odd }), {
  minLength: 40,
  maxLength: 40,
});
export type Talk = typeof conversations extends fc.Arbitrary<(infer T)[]> ? T : never;

export const fragmented = fc.array(
  fc.record({
    way,
    protocol: fc.constantFrom<Packet['protocol'][]>('tcp', 'udp'),
    port: fc.constantFrom(80, 502, 503),
  }),
  { minLength: 20, maxLength: 20 },
);
export type Fragmented = typeof fragmented extends fc.Arbitrary<(infer F)[]> ? F : never;

/** A first packet of a flow in two fragments, in order. TCP in two has no sound checksum, which the lab leaves unchecked. */
export function fragmentsOf({ way, protocol, port }: Fragmented, number: number): readonly Buffer[] {
  const { from, to, source, destination } = way;
  const ends = { sourceMac: macOf(from), targetMac: macOf(to) };
  const header = { source, destination, protocol: protocol === 'tcp' ? 6 : 17, identification: number };
  const begin = transport({ source, destination, protocol, sourcePort: number, destinationPort: port });
  const body = Buffer.concat([begin, Buffer.alloc(64)]);
  return [
    anyIpFrame(ends, { ...header, fragment: 0x2000 }, body.subarray(0, 24)),
    anyIpFrame(ends, { ...header, fragment: 3 }, body.subarray(24)),
  ];
}

/** The frames of a conversation. @param number  of the conversation, its own in the whole test: no flow is met twice */
export function* shotsOf(talk: Talk, number: number, nextId: () => number): Generator<Shot> {
  if ('odd' in talk) yield oddShot(talk.odd, talk.way, number, nextId());
  else for (const each of talk.script) yield stepShot(talk, each, number, nextId());
}

function stepShot(talk: Exclude<Talk, { odd: Odd }>, { back, flag, error }: Step, number: number, id: number): Shot {
  const { from, to } = talk.way;
  const icmp = talk.protocol === 'icmp';
  const request: Packet = { ...talk.way, protocol: talk.protocol, sourcePort: number, destinationPort: talk.port };
  const [sender, receiver] = back ? [to, from] : [from, to];
  const ends = { sourceMac: macOf(sender), targetMac: macOf(receiver) };
  const packet = { ...(back ? turned(request) : request), reply: back, flags: FLAGS[flag], identification: id };
  const about = back ? request : turned(request);
  // Some tell another than the one who sent the packet.
  const told = flag === 'none' || flag === 'odd' ? '10.0.0.9' : about.source;
  const frame = error ? icmpErrorFrame(ends, about, id, told) : ipFrame(ends, packet);
  const what = `${error ? 'error' : icmp ? 'echo' : flag} ${JSON.stringify(packet)}`;
  return { what, from: sender, to: receiver, broadcast: false, frame };
}

function turned(packet: Packet): Packet {
  const icmp = packet.protocol === 'icmp';
  return {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: icmp ? packet.sourcePort : packet.destinationPort,
    destinationPort: packet.sourcePort,
    reply: true,
  };
}

function oddShot(kind: Odd, way: Way, number: number, id: number): Shot {
  const { from, to, source, destination } = way;
  const ends = { sourceMac: macOf(from), targetMac: macOf(to) };
  const packet: Packet = { protocol: 'udp', source, destination, sourcePort: number, destinationPort: 502 };
  const own = { ...packet, identification: id };
  const header = { source, destination, identification: id };
  const unique = `172.16.${id >>> 8}.${id & 0xff}`;
  const frames: { readonly [K in Odd]: () => Buffer } = {
    mac: () => ipFrame({ ...ends, sourceMac: STRANGER }, own),
    arp: () => arpFrame(ends, ends.sourceMac, source, unique),
    arpProbe: () => arpFrame(ends, ends.sourceMac, '0.0.0.0', unique),
    arpLie: () => arpFrame(ends, STRANGER, source, unique),
    ip6: () => ip6Frame(ends),
    tagged: () => taggedFrame(ends, own, 5),
    ask: () => lease(ends, id),
    offer: () => ipFrame(ends, { ...own, sourcePort: 67, destinationPort: 68 }),
    gre: () => anyIpFrame(ends, { ...header, protocol: 89 }, Buffer.from('a protocol without ports')),
    timestamp: () => ipFrame(ends, { ...own, protocol: 'icmp', icmpType: 13 }),
    udpLength: () => anyIpFrame(ends, { ...header, protocol: 17 }, withByte(transport(packet), 5, id & 1 ? 200 : 4)),
    tcpLength: () => anyIpFrame(ends, { ...header, protocol: 6 }, longTcp({ ...packet, protocol: 'tcp' })),
    redirect: () => ipFrame(ends, { ...own, protocol: 'icmp', icmpType: 9 }),
  };
  return { what: `${kind} ${JSON.stringify(way)}`, from, to, broadcast: kind === 'ask', frame: frames[kind]() };
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeUInt8(value, at);
  return bytes;
}

/** A TCP header that says it is 24 bytes long and is 20; the checksum fits. */
function longTcp(packet: Packet): Buffer {
  const bytes = transport(packet);
  bytes.writeUInt16BE(bytes.readUInt16BE(12) + 0x1000, 12);
  const sum = bytes.readUInt16BE(16) - 0x1000;
  bytes.writeUInt16BE(sum > 0 ? sum : sum + 0xffff, 16);
  return bytes;
}

function lease({ sourceMac }: Ends, identification: number): Buffer {
  const ask: Packet = {
    protocol: 'udp',
    source: '0.0.0.0',
    destination: '255.255.255.255',
    sourcePort: 68,
    destinationPort: 67,
    identification,
  };
  return ipFrame({ sourceMac, targetMac: BROADCAST }, ask);
}
