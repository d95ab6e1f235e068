// A packet that somebody names, by protocol, addresses and ports: as people write it, or as a line of a log of nftables has it.
import { GatewrightError } from '../model/errors.ts';
import type { Rule } from '../model/kinds/policy.ts';
import { Ipv4Address } from '../model/network.ts';
import { quoted } from '../model/plain-text.ts';

export interface GivenPacket {
  readonly protocol: Exclude<Rule['protocol'], 'any'>;
  readonly source: string;
  readonly destination: string;
  /** 0 for ICMP. */
  readonly sourcePort: number;
  readonly port: number;
}

/** Longest line of a log of nftables, and room. */
export const MOST_PACKET_CHARACTERS = 1_000;
/** Where clients begin, when nobody says from which port: rules look at the destination's only. */
const ANY_CLIENT_PORT = 49_152;

const WRITTEN = /^(tcp|udp|icmp)\s+([\d.]+)(?::(\d{1,5}))?\s*(?:->|>|to|\s)\s*([\d.]+)(?::(\d{1,5}))?$/i;

/** @throws GatewrightError GW_PACKET_UNREADABLE */
export function givenPacket(text: string): GivenPacket {
  const trimmed = text.trim();
  const parts =
    trimmed.length > MOST_PACKET_CHARACTERS ? undefined : (logged(trimmed) ?? WRITTEN.exec(trimmed)?.slice(1));
  const [protocol = '', source = '', from, destination = '', to] = parts ?? [];
  const packet = {
    ...{ protocol: protocol.toLowerCase() as GivenPacket['protocol'], source, destination },
    ...{ sourcePort: Number(from ?? ANY_CLIENT_PORT), port: Number(to ?? 0) },
  };
  if (!isPacket(packet, to)) throw unreadable(text);
  return packet.protocol === 'icmp' ? { ...packet, sourcePort: 0, port: 0 } : packet;
}

/** `tcp 10.0.0.5:40000 > 10.0.0.9:502`. */
export function packetText({ protocol, source, sourcePort, destination, port }: GivenPacket): string {
  return protocol === 'icmp'
    ? `icmp ${source} > ${destination}`
    : `${protocol} ${source}:${sourcePort} > ${destination}:${port}`;
}

/** Fields of a log of the kernel [Linux nf_log_syslog]: `SRC=10.0.0.5 DST=10.0.0.9 LEN=60 … PROTO=TCP SPT=40000 DPT=502 …`. */
function logged(text: string): readonly (string | undefined)[] | undefined {
  const fields = new Map([...text.matchAll(/\b([A-Z]{3,5})=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
  if (!fields.has('SRC') || !fields.has('PROTO')) return undefined;
  return ['PROTO', 'SRC', 'SPT', 'DST', 'DPT'].map(name => fields.get(name));
}

function isPacket({ protocol, source, destination, sourcePort, port }: GivenPacket, to: string | undefined): boolean {
  if (!['tcp', 'udp', 'icmp'].includes(protocol)) return false;
  if (![source, destination].every(address => Ipv4Address.safeParse(address).success)) return false;
  if (protocol === 'icmp') return true;
  return (
    to !== undefined && [sourcePort, port].every(number => Number.isInteger(number) && number >= 1 && number <= 0xffff)
  );
}

function unreadable(text: string): GatewrightError {
  return new GatewrightError('GW_PACKET_UNREADABLE', `${quoted(text.slice(0, 80))} is no packet`);
}
