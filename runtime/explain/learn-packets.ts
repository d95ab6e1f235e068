// Rules for networks out of recorded packets: who began which conversation with whom. Answers need no rule, so whoever answers gets
// none. Pure; memory grows with the conversations that differ, and those are bounded.
import type { RecordedFrame } from '../lanes/recording/recorded-frame.ts';
import { type Cidr, contains } from '../model/network.ts';
import { FIRST_CLIENT_PORT } from '../switch/filter/request-ear.ts';
import { IP, PacketView } from '../switch/packet/view.ts';
import { type Begun, keyOf, type ProposedLinkRule, rulesOf } from './conversation-rules.ts';

/** As many rules as a firewall may have [config of the firewall]. */
const MOST_CONVERSATIONS = 20_000;
const [SYN, ACK] = [0x02, 0x10];
const ECHO_REQUEST = 8;
const [TCP_BYTES, SHORT_BYTES] = [20, 8];
/** More than any frame of IPv4 has. */
const MOST_BYTES = 65_600;
/** Leases need no rule: policies have one built in. */
const LEASE_PORTS: ReadonlySet<number> = new Set([67, 68]);

type Protocol = Begun['protocol'];
const PROTOCOLS: ReadonlyMap<number, Protocol> = new Map([
  [IP.tcp, 'tcp'],
  [IP.udp, 'udp'],
  [IP.icmp, 'icmp'],
]);

export interface PacketProposal {
  readonly rules: readonly ProposedLinkRule[];
  readonly taken: number;
  /** Packets of conversations of which no end is inside. */
  readonly elsewhere: number;
  /** Packets of conversations for which there was no room. */
  readonly left: number;
}

export class PacketLearner {
  readonly #inside: readonly Cidr[];
  readonly #view = new PacketView();
  readonly #begun = new Map<string, Begun & { frames: number }>();
  #taken = 0;
  #elsewhere = 0;
  #left = 0;

  /** @param inside  networks of the field side: what they begin goes outbound */
  constructor(inside: readonly Cidr[]) {
    this.#inside = inside;
  }

  take(frame: RecordedFrame): void {
    const view = this.#view;
    if (frame.class !== 'ethernet' || !view.read(wholeOf(frame)) || !view.isIpv4 || !view.hasTransport) return;
    // What is behind the cut is not known.
    if (view.payload + (view.protocol === IP.tcp ? TCP_BYTES : SHORT_BYTES) > frame.bytes.length) return;
    const protocol = PROTOCOLS.get(view.protocol);
    if (protocol === undefined || (protocol === 'udp' && LEASE_PORTS.has(view.targetPort))) return;
    const begun = this.#whoBegan(protocol);
    if (begun === undefined) return;
    if (begun === 'elsewhere') this.#elsewhere += 1;
    else this.#count(begun);
  }

  propose(): PacketProposal {
    const rules = rulesOf([...this.#begun.values()]);
    return { rules, taken: this.#taken, elsewhere: this.#elsewhere, left: this.#left };
  }

  #count(begun: Begun): void {
    const key = keyOf(begun);
    const known = this.#begun.get(key);
    if (known === undefined && this.#begun.size >= MOST_CONVERSATIONS) {
      this.#left += 1;
      return;
    }
    this.#taken += 1;
    if (known === undefined) this.#begun.set(key, { ...begun, frames: 1 });
    else known.frames += 1;
  }

  /** `undefined` = the packet begins nothing and belongs to nothing. */
  #whoBegan(protocol: Protocol): Begun | 'elsewhere' | undefined {
    const { sourceIp, targetIp, sourcePort, targetPort, icmpType } = this.#view;
    if (protocol === 'icmp')
      return icmpType === ECHO_REQUEST ? this.#directed(protocol, sourceIp, targetIp, 0) : undefined;
    const there = this.#directed(protocol, sourceIp, targetIp, targetPort);
    const back = this.#directed(protocol, targetIp, sourceIp, sourcePort);
    if (this.#begins(protocol)) return there;
    if (isKnown(this.#begun, there)) return there;
    if (isKnown(this.#begun, back)) return back;
    // The recording began in the middle of it.
    return sourcePort < FIRST_CLIENT_PORT && targetPort >= FIRST_CLIENT_PORT ? back : there;
  }

  #begins(protocol: Protocol): boolean {
    return protocol === 'tcp' && (this.#view.tcpFlags & (SYN | ACK)) === SYN;
  }

  #directed(protocol: Protocol, source: number, destination: number, port: number): Begun | 'elsewhere' {
    const isInside = (address: number) => this.#inside.some(network => contains(network, address));
    if (!isInside(source) && !isInside(destination)) return 'elsewhere';
    return { protocol, source, destination, port, direction: isInside(source) ? 'outbound' : 'inbound' };
  }
}

function isKnown(begun: ReadonlyMap<string, unknown>, one: Begun | 'elsewhere'): boolean {
  return one !== 'elsewhere' && begun.has(keyOf(one));
}

/** As long as it was, so that it is as sound as it was; nothing is read behind the cut. */
function wholeOf({ bytes, length = bytes.length }: RecordedFrame): Uint8Array {
  if (length <= bytes.length || length > MOST_BYTES) return bytes;
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
