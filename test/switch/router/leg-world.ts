// A leg with a station on either side, made of plain functions: what a station gets is kept, and it answers ARP as stations do.
import type { EdgeSpec } from '../../../runtime/model/kinds/edge.ts';
import { ipv4ToNumber } from '../../../runtime/model/network.ts';
import { addWords, foldSum, pseudoSum } from '../../../runtime/switch/packet/checksum.ts';
import { macToNumber } from '../../../runtime/switch/packet/mac.ts';
import { ETHER, IP, PacketView } from '../../../runtime/switch/packet/view.ts';
import { EdgeLeg, type EdgeLegOptions } from '../../../runtime/switch/router/edge-leg.ts';
import { putArp } from '../../../runtime/switch/router/messages.ts';
import { ipFrame, type Packet } from '../../drivers/nftables/frame.ts';

export const SPEC: EdgeSpec = {
  tenant: 'alpha',
  router: 'edge',
  segment: 'segment.cell-7/alpha',
  uplink: 'uplink.cell-7/plant',
  inside: '10.0.0.1/24',
  insideMac: '02:00:00:00:01:01',
  outside: '192.168.50.2/24',
  outsideMac: '02:00:00:00:02:02',
  defaultGateway: '192.168.50.1',
  mtu: 1500,
  nat: true,
  dns: [],
  routes: [],
};
export const INSIDE_MAC = '02:00:00:00:01:07';
export const OUTSIDE_MAC = '02:00:00:00:02:09';
/** Towards the leg. */
export const INWARD = { sourceMac: OUTSIDE_MAC, targetMac: SPEC.outsideMac };
export const OUTWARD = { sourceMac: INSIDE_MAC, targetMac: SPEC.insideMac };

export interface LegWorld {
  readonly leg: EdgeLeg;
  /** IPv4 frames that reached each side, oldest first; ARP is not kept. */
  readonly inside: Buffer[];
  readonly outside: Buffer[];
  /** In milliseconds; set it to move on. */
  readonly clock: { now: number };
  /** Sends from a station inside, and takes what reached either side for it. */
  out(packet: Packet | Buffer): Buffer[];
  in(packet: Packet | Buffer): Buffer[];
}

/** @param changes to the spec  @param silent nobody answers ARP  @param earlier what an earlier leg leaves */
export function legWorld(
  changes: Partial<EdgeSpec> = {},
  silent = false,
  earlier: Pick<EdgeLegOptions, 'leases' | 'after'> = {},
): LegWorld {
  const clock = { now: 0 };
  const inside: Buffer[] = [];
  const outside: Buffer[] = [];
  const view = new PacketView();
  const arrives = (kept: Buffer[], mac: string, answer: (frame: Uint8Array) => void) => (frame: Uint8Array) => {
    view.read(frame);
    if (view.etherType !== ETHER.arp) kept.push(Buffer.from(frame));
    else if (view.arpOperation === 1 && !silent)
      answer(arpReply(mac, view.arpTargetIp, view.arpSenderMac, view.arpSenderIp));
    else if (view.arpOperation === 2) kept.push(Buffer.from(frame));
  };
  const world: LegWorld = {
    leg: new EdgeLeg(
      { ...SPEC, ...changes },
      {
        ...earlier,
        now: () => clock.now,
        toInside: arrives(inside, INSIDE_MAC, frame => world.leg.fromInside(frame)),
        toOutside: arrives(outside, OUTSIDE_MAC, frame => world.leg.fromOutside(frame)),
      },
    ),
    inside,
    outside,
    clock,
    out: packet => passed(() => world.leg.fromInside(Buffer.isBuffer(packet) ? packet : ipFrame(OUTWARD, packet))),
    in: packet => passed(() => world.leg.fromOutside(Buffer.isBuffer(packet) ? packet : ipFrame(INWARD, packet))),
  };
  const passed = (send: () => void) => {
    inside.length = 0;
    outside.length = 0;
    send();
    return [...inside, ...outside];
  };
  return world;
}

function arpReply(mac: string, ip: number, toMac: number, toIp: number): Uint8Array {
  const frame = new Uint8Array(42);
  putArp(frame, 2, { mac: macToNumber(mac), ip }, toMac, toMac, toIp);
  return frame;
}

/** What is wrong with an IPv4 frame a leg sent; `undefined` when its lengths and checksums are right. */
export function fault(frame: Uint8Array): string | undefined {
  const view = new PacketView();
  if (!view.read(frame) || !view.isIpv4) return 'no IPv4 packet';
  if (view.end !== frame.length) return 'bytes after the packet';
  if (foldSum(addWords(0, frame, 14, view.payload)) !== 0) return 'the checksum of IPv4';
  const { protocol, payload, end } = view;
  if (protocol === IP.icmp) return foldSum(addWords(0, frame, payload, end)) === 0 ? undefined : 'the checksum of ICMP';
  if (protocol === IP.udp && frame[payload + 6] === 0 && frame[payload + 7] === 0) return undefined;
  const sum = addWords(pseudoSum(frame, 14, protocol, end - payload), frame, payload, end);
  return foldSum(sum) === 0 ? undefined : `the checksum of protocol ${protocol}`;
}

export const ip = ipv4ToNumber;
