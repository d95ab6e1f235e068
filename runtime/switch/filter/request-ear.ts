// Hears what is asked through one firewall, and keeps who asked whom until it is told. Decides nothing and keeps no packet; what there
// is no room for is counted. Without an ear a filter does nothing for it.
import type { Conversation, ConversationOrder } from '../../model/conversation.ts';
import { numberToIpv4 } from '../../model/network.ts';
import { IP, type PacketView } from '../packet/view.ts';
import { directionOf, type PortRules, type Side } from './port-rules.ts';

/** Between two tellings. */
const MOST_DIFFERENT = 4_096;
const SYN = 0x02;
const ACK = 0x10;
/** Ports from here on are those of clients, on Linux and elsewhere [ip-sysctl: ip_local_port_range; RFC 6335, 6]. */
export const FIRST_CLIENT_PORT = 32_768;

const PROTOCOLS: ReadonlyMap<number, Conversation['protocol']> = new Map([
  [IP.tcp, 'tcp'],
  [IP.udp, 'udp'],
  [IP.icmp, 'icmp'],
]);

type Kept = Omit<Conversation, 'packets'> & { packets: number };

export class RequestEar {
  readonly #order: ConversationOrder;
  readonly #kept = new Map<string, Kept>();
  #lost = 0;

  constructor(order: ConversationOrder) {
    this.#order = order;
  }

  /**
   * A packet that is no answer, at one end of its way.
   * @param side    whether it leaves the port or goes to it
   * @param begins  no flow of it was known
   */
  hear(port: PortRules, side: Side, view: PacketView, accepted: boolean, begins: boolean): void {
    const protocol = PROTOCOLS.get(view.protocol);
    if (protocol === undefined || !view.hasTransport || (!accepted && !this.#order.refused)) return;
    if (port.isLease(side, view)) return;
    const turned = begins && isAnswerOfLostFlow(view);
    for (const link of port.firewalls) {
      if (link.firewall !== this.#order.firewall) continue;
      const begun = turned ? OPPOSITE[side] : side;
      this.#keep(protocol, directionOf(link, begun), view, turned);
    }
  }

  /** What was heard since the last time, and packets there was no room for. */
  drain(): { readonly heard: readonly Conversation[]; readonly lost: number } {
    const told = { heard: [...this.#kept.values()], lost: this.#lost };
    this.#kept.clear();
    this.#lost = 0;
    return told;
  }

  #keep(
    protocol: Conversation['protocol'],
    direction: Conversation['direction'],
    view: PacketView,
    turned: boolean,
  ): void {
    const source = turned ? view.targetIp : view.sourceIp;
    const destination = turned ? view.sourceIp : view.targetIp;
    const port = protocol === 'icmp' ? 0 : turned ? view.sourcePort : view.targetPort;
    const key = `${direction} ${protocol} ${source} ${destination} ${port}`;
    const known = this.#kept.get(key);
    if (known !== undefined) known.packets += 1;
    else if (this.#kept.size >= MOST_DIFFERENT) this.#lost += 1;
    else {
      const ends = { source: numberToIpv4(source), destination: numberToIpv4(destination) };
      this.#kept.set(key, { direction, protocol, ...ends, port, packets: 1 });
    }
  }
}

const OPPOSITE = { from: 'to', to: 'from' } as const;

/** From the middle of a TCP connection that was begun before its firewall was there, or while nobody looked: sent by its server. */
function isAnswerOfLostFlow(view: PacketView): boolean {
  if (view.protocol !== IP.tcp || (view.tcpFlags & (SYN | ACK)) === SYN) return false;
  return view.sourcePort < FIRST_CLIENT_PORT && view.targetPort >= FIRST_CLIENT_PORT;
}
