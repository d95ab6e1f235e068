// What a listening table has heard, in the words of the firewall that it listens to.
import type { Address, Name } from '../../../model/address.ts';
import { Conversation } from '../../../model/conversation.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import { directionOf } from '../../../switch/filter/port-rules.ts';
import { kindOf, policedPorts, type Side } from '../encode/layout.ts';
import { concatTexts } from '../kernel/lookup.ts';
import type { NftElement, NftTable } from '../kernel/table.ts';
import { HEARD, LOST } from './ear-table.ts';

/** Counts since the table was made; by what is counted. */
export interface Counts {
  readonly elements: ReadonlyMap<string, number>;
  readonly lost: number;
}

export function countsOf({ sets, chains }: NftTable): Counts {
  const names = new Set<string>(Object.values(HEARD));
  const elements = sets
    .filter(({ name }) => names.has(name))
    .flatMap(({ name, elements }) => elements.map(element => [textOf(name, element), packetsOf(element)] as const));
  const lost = chains
    .flatMap(({ rules }) => rules)
    .reduce((sum, { comment, counter }) => (comment === LOST ? sum + (counter?.packets ?? 0) : sum), 0);
  return { elements: new Map(elements), lost };
}

function textOf(set: string, { key }: NftElement): string {
  return [set, ...concatTexts(key)].join(' ');
}

function packetsOf({ counter }: NftElement): number {
  return counter?.packets ?? 0;
}

/** What was heard since earlier counts of the same table. */
export function heardSince(before: Counts, now: Counts, spec: PolicySpec, firewall: Name): readonly Conversation[] {
  return [...now.elements].flatMap(([text, packets]) => {
    const more = packets - (before.elements.get(text) ?? 0);
    return more > 0 ? conversationsOf(text, more, spec, firewall) : [];
  });
}

/** One for each end of the way at which the firewall stands. */
function conversationsOf(text: string, packets: number, spec: PolicySpec, firewall: Name): readonly Conversation[] {
  const [set = '', mark = '', ...rest] = text.split(' ');
  const [protocol = '', source, destination, port = '0'] = set === HEARD.pings ? ['icmp', ...rest] : rest;
  return endsOf(Number(mark), spec).flatMap(({ port: at, side }) => {
    const said = { protocol, source, destination, port: Number(port), packets };
    if (isLease(at, side, said)) return [];
    const begun = set === HEARD.turned ? OPPOSITE[side] : side;
    return spec.links
      .filter(link => link.port === at && link.firewall === firewall)
      .flatMap(link => Conversation.safeParse({ ...said, direction: directionOf(link, begun) }).data ?? []);
  });
}

const OPPOSITE = { from: 'to', to: 'from' } as const;
const [IN_SHIFT, OUT_SHIFT, NUMBER] = [20, 8, 0xfff];

/** Policed ports a mark names. */
function endsOf(mark: number, { links }: PolicySpec): readonly { readonly port: Address; readonly side: Side }[] {
  const ports = policedPorts(links);
  const at = (shift: number, side: Side) => {
    const port = ports[((mark >>> shift) & NUMBER) - 1];
    return port === undefined ? [] : [{ port, side }];
  };
  return [...at(IN_SHIFT, 'from'), ...at(OUT_SHIFT, 'to')];
}

/** Let pass by the built-in rule, so that it needs none: VMs are clients only, edge legs servers only. */
function isLease(end: Address, side: Side, { protocol, port }: { readonly protocol: string; readonly port: number }) {
  const kind = kindOf(end);
  if (protocol !== 'udp' || (kind !== 'port' && kind !== 'edge')) return false;
  return port === ((kind === 'port') === (side === 'from') ? 67 : 68);
}
