// Counts frames outside of the switches, where they enter and leave, and holds what the switches count against it. Nothing
// of it is taken from the switches themselves, so a frame that one of them lost or made up shows.
import { readFileSync } from 'node:fs';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { CableEnd, Cables } from '../../runtime/host/cables.ts';
import type { Host } from '../../runtime/host/host.ts';
import type { Underlay, UnderlayEnd } from '../../runtime/host/underlay.ts';
import type { EdgeSpec } from '../../runtime/model/kinds/edge.ts';
import type { SegmentSpec } from '../../runtime/model/kinds/segment.ts';
import type { Observed, ObservedResource } from '../../runtime/model/observed.ts';
import { networkOf } from '../../runtime/switch/tunnel/vxlan.ts';

/** Longer than a datagram is under way over the loopback on a busy machine. */
const STILL_MS = 500;

/** Frames that went one way and the other. */
interface Both {
  /** Into a switch. */
  in: number;
  /** Out of a switch, taken by whoever is there or not. */
  out: number;
}

export interface Ledger {
  /** A host whose cables and tunnel ends are counted. */
  readonly host: Host;
  /** How many frames were seen at all. */
  seen(): number;
  /** Resolves when nothing has moved for some time, so nothing is under way. */
  stands(): Promise<void>;
  /**
   * What does not add up, in words; nothing when every frame is accounted for. Nothing may move meanwhile.
   * @param observed  all gateways of the host
   */
  complaints(observed: readonly Observed[]): readonly string[];
  /** Datagrams that the system lost between gateways. */
  lost(): number;
}

export function openLedger(base: Host): Ledger {
  const cables = new Map<string, Both>();
  const tunnels = new Map<string, Both>();
  const ends: UnderlayEnd[] = [];
  const lostBefore = systemLost();
  const host: Host = {
    ...base,
    cables: countedCables(base.cables, cables),
    underlay: countedUnderlay(base.underlay, tunnels, ends),
  };
  const failed = () => ends.reduce((sum, end) => sum + end.counters.failed, 0);
  const seen = () => [...cables.values(), ...tunnels.values()].reduce((sum, both) => sum + both.in + both.out, 0);
  const missing = () => total(tunnels, 'out') - total(tunnels, 'in') - failed();
  return {
    host,
    seen,
    async stands() {
      for (let before = -1; before !== seen(); ) {
        before = seen();
        await elapsed(STILL_MS);
      }
    },
    lost: missing,
    complaints(observed) {
      const resources = observed.flatMap(one => Object.values(one.resources));
      const lost = missing();
      const explained = systemLost() - lostBefore;
      return [
        ...resources.flatMap(each => complaintsOf(each, resources, cables, tunnels)),
        ...(lost < 0 || lost > explained
          ? [`${lost} datagrams are missing between gateways, the system lost ${explained}`]
          : []),
      ];
    },
  };
}

function countedCables(base: Cables, counts: Map<string, Both>): Cables {
  return {
    plug(name, side, receive): CableEnd {
      const end = base.plug(name, side, receive);
      const both = of(counts, name);
      return {
        ...end,
        send(frame) {
          // Before it is handed over: what it causes is counted after it.
          if (side === 'switch') both.out += 1;
          const taken = end.send(frame);
          if (side === 'station' && taken) both.in += 1;
          return taken;
        },
      };
    },
  };
}

/** By tunnel address and network: several segments share an end. */
function countedUnderlay(base: Underlay, counts: Map<string, Both>, ends: UnderlayEnd[]): Underlay {
  const at = (address: string, datagram: Uint8Array) => of(counts, `${address} ${networkOf(datagram)}`);
  return {
    async open(address, receive) {
      const end = await base.open(address, (peer, datagram) => {
        at(address, datagram).in += 1;
        receive(peer, datagram);
      });
      ends.push(end);
      return {
        ...end,
        send(peer, datagram) {
          at(address, datagram).out += 1;
          end.send(peer, datagram);
        },
      };
    },
  };
}

function of(counts: Map<string, Both>, name: string): Both {
  const found = counts.get(name) ?? { in: 0, out: 0 };
  counts.set(name, found);
  return found;
}

function total(counts: ReadonlyMap<string, Both>, way: keyof Both): number {
  return [...counts.values()].reduce((sum, both) => sum + both[way], 0);
}

/** As a switch or a leg tells it. */
interface Counted {
  readonly received: number;
  readonly forwarded: number;
  readonly copies: number;
  readonly sent: number;
  readonly drops: Readonly<Record<string, number>>;
}

function complaintsOf(
  { address, kind, spec, status }: ObservedResource,
  all: readonly ObservedResource[],
  cables: ReadonlyMap<string, Both>,
  tunnels: ReadonlyMap<string, Both>,
): readonly string[] {
  if (kind === 'edge') return legComplaints(address, status);
  if (kind !== 'segment' && kind !== 'uplink') return [];
  const { received, forwarded, copies, sent, drops } = status.frames as Counted;
  const dropped = sumOf(drops);
  const outside = around(address, spec, all, cables, tunnels);
  const equations: readonly (readonly [string, number, string, number])[] = [
    ['received', received, 'forwarded and dropped', forwarded + dropped],
    ['received and copied', received + copies, 'sent and dropped', sent + dropped],
    ['received', received, 'handed to it from outside', outside.in],
    ['sent', sent, 'taken from it outside', outside.out],
  ];
  return equations.flatMap(([left, one, right, other]) =>
    one === other ? [] : [`${address}: ${one} ${left}, but ${other} ${right}`],
  );
}

/** What entered and left a segment or an uplink: over cables, through the tunnel, and by the legs that stand in it. */
function around(
  address: string,
  spec: object,
  all: readonly ObservedResource[],
  cables: ReadonlyMap<string, Both>,
  tunnels: ReadonlyMap<string, Both>,
): Both {
  const parts: (Both | undefined)[] = [cables.get(address)];
  const { vni, tunnelAddress } = spec as Partial<SegmentSpec>;
  parts.push(tunnels.get(`${tunnelAddress} ${vni}`));
  for (const each of all) {
    if (each.kind === 'port' && (each.spec as { segment?: string }).segment === address)
      parts.push(cables.get(each.address));
    if (each.kind !== 'edge') continue;
    const { segment, uplink } = each.spec as Partial<EdgeSpec>;
    if (segment === address) parts.push(legSide(each.status.inside as Counted));
    if (uplink === address) parts.push(legSide(each.status.outside as Counted));
  }
  return parts.reduce<Both>((sum, each) => ({ in: sum.in + (each?.in ?? 0), out: sum.out + (each?.out ?? 0) }), {
    in: 0,
    out: 0,
  });
}

function legSide({ received, sent }: Counted): Both {
  return { in: received, out: sent };
}

function legComplaints(address: string, status: Readonly<Record<string, unknown>>): readonly string[] {
  const { received, fates, inside, outside } = status as { received: number; fates: Record<string, number> } & Record<
    'inside' | 'outside',
    Counted
  >;
  const handed = inside.sent + outside.sent;
  const met = sumOf(fates);
  return received === met && received === handed
    ? []
    : [`${address}: handed ${handed}, ${received} received, ${met} with a fate`];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Datagrams that found no room at their receiver, on the whole machine [proc(5), RFC 4113]. */
function systemLost(): number {
  const [names = [], values = []] = readFileSync('/proc/self/net/snmp', 'utf8')
    .split('\n')
    .filter(line => line.startsWith('Udp: '))
    .map(line => line.split(' '));
  return Number(values[names.indexOf('RcvbufErrors')]);
}
