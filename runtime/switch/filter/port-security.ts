// Port security: a bound port may send only from its own addresses. The same tests in the same order as the bridge table
// of the nftables back end.
import type { PolicySpec } from '../../model/kinds/policy.ts';
import { ipv4ToNumber } from '../../model/network.ts';
import { macToNumber } from '../packet/mac.ts';
import { ETHER, IP, type PacketView } from '../packet/view.ts';
import { SPOOFS, type Spoof, type Tallies, type Tally } from './figures.ts';
import { frameBytes } from './frame-bytes.ts';

type Binding = PolicySpec['bindings'][number];

interface Bound {
  readonly macs: Set<number>;
  readonly ips: Set<number>;
  anyIp: boolean;
  readonly refused: Readonly<Record<Spoof, Tally>>;
}

const BROADCAST_IP = 0xffff_ffff;

export class PortSecurity {
  readonly #ports = new Map<string, Bound>();

  /** @param bindings  those of one segment */
  constructor(bindings: readonly Binding[], tallies: Tallies) {
    for (const { port, mac, ips } of bindings) {
      const bound = this.#ports.get(port) ?? newBound(port, tallies);
      this.#ports.set(port, bound);
      bound.macs.add(macToNumber(mac));
      for (const ip of ips) bound.ips.add(ipv4ToNumber(ip));
      bound.anyIp ||= ips.length === 0;
    }
  }

  /** Whether the frame names only addresses of its port; counts it when not. */
  admits(from: string, view: PacketView): boolean {
    const bound = this.#ports.get(from);
    if (bound === undefined) return true;
    const spoof = spoofOf(bound, view);
    if (spoof === undefined) return true;
    bound.refused[spoof].add(frameBytes(view));
    return false;
  }

  read(): Record<string, Record<Spoof, { packets: number; bytes: number }>> {
    return Object.fromEntries(
      [...this.#ports].map(([port, { refused }]) => [
        port,
        { mac: refused.mac.read(), arp: refused.arp.read(), ip: refused.ip.read(), other: refused.other.read() },
      ]),
    );
  }
}

function newBound(port: string, tallies: Tallies): Bound {
  const refused = Object.fromEntries(SPOOFS.map(spoof => [spoof, tallies.of(`spoof ${spoof} ${port}`)]));
  return { macs: new Set(), ips: new Set(), anyIp: false, refused: refused as Record<Spoof, Tally> };
}

function spoofOf(bound: Bound, view: PacketView): Spoof | undefined {
  if (!bound.macs.has(view.sourceMac)) return 'mac';
  if (view.etherType === ETHER.ipv4) return mayUseIp(bound, view) ? undefined : 'ip';
  if (view.etherType === ETHER.arp) return mayUseArp(bound, view) ? undefined : 'arp';
  return 'other';
}

function mayUseIp(bound: Bound, view: PacketView): boolean {
  if (bound.anyIp) return true;
  return view.isIpv4 && (bound.ips.has(view.sourceIp) || asksForLease(view));
}

/** A guest without a lease asks from 0.0.0.0 [RFC 2131 4.1]. */
function asksForLease(view: PacketView): boolean {
  return (
    view.sourceIp === 0 &&
    view.targetIp === BROADCAST_IP &&
    view.hasTransport &&
    view.protocol === IP.udp &&
    view.sourcePort === 68 &&
    view.targetPort === 67
  );
}

/** A guest that asks whether its address is free names 0.0.0.0 as sender [RFC 5227 1.1]. */
function mayUseArp(bound: Bound, view: PacketView): boolean {
  if (!view.isArp || !bound.macs.has(view.arpSenderMac)) return false;
  return bound.anyIp || view.arpSenderIp === 0 || bound.ips.has(view.arpSenderIp);
}
