// Rules for networks out of conversations that somebody began: as few as putting together gives, and none lets pass what was not there.
// Pure.
import { merged } from '../lanes/filter/terms.ts';
import type { Rule } from '../model/kinds/policy.ts';
import { numberToIpv4 } from '../model/network.ts';

type Protocol = Exclude<Rule['protocol'], 'any'>;

/** What was begun; conversations of different ports of the client are one. */
export interface Begun {
  readonly protocol: Protocol;
  readonly direction: Rule['direction'];
  readonly source: number;
  readonly destination: number;
  /** 0 for ICMP. */
  readonly port: number;
}

export interface ProposedLinkRule {
  readonly rule: Rule;
  /** Packets of conversations that need it. */
  readonly frames: number;
}

export function keyOf({ protocol, direction, source, destination, port }: Begun): string {
  return `${protocol} ${direction} ${source} ${destination} ${port}`;
}

/** A box of everything between some sources, destinations and ports. */
interface Box {
  readonly protocol: Protocol;
  readonly direction: Rule['direction'];
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  readonly ports: readonly number[];
  readonly frames: number;
}

/** As few as putting together what differs in one thing gives; none lets pass what was not there. */
export function rulesOf(begun: readonly (Begun & { readonly frames: number })[]): readonly ProposedLinkRule[] {
  const single = begun.map(
    ({ source, destination, port, ...rest }): Box => ({
      ...rest,
      sources: [source],
      destinations: [destination],
      ports: [port],
    }),
  );
  const boxes = (['sources', 'ports', 'destinations'] as const).reduce<readonly Box[]>(together, single);
  const named = new Map<string, number>();
  return boxes.map(box => {
    const name = nameOf(box);
    const number = (named.get(name) ?? 0) + 1;
    named.set(name, number);
    return { rule: ruleOf(box, number === 1 ? name : `${name}-${number}`), frames: box.frames };
  });
}

/** Joins boxes that are alike in all but one field. */
function together(boxes: readonly Box[], field: 'sources' | 'destinations' | 'ports'): readonly Box[] {
  const alike = Map.groupBy(boxes, ({ frames: _, ...box }) => JSON.stringify({ ...box, [field]: [] }));
  return [...alike.values()].flatMap(group => {
    const [first] = group;
    if (first === undefined) return [];
    const values = [...new Set(group.flatMap(box => box[field]))].sort((a, b) => a - b);
    return [{ ...first, [field]: values, frames: group.reduce((sum, { frames }) => sum + frames, 0) }];
  });
}

function ruleOf({ protocol, direction, sources, destinations, ports }: Box, id: string): Rule {
  const hosts = (addresses: readonly number[]) => addresses.map(address => `${numberToIpv4(address)}/32`);
  const ranges = protocol === 'icmp' ? [] : merged(ports.map(port => [port, port]));
  return {
    ...{ id, direction, action: 'accept', protocol, log: false },
    ...{ sources: hosts(sources), destinations: hosts(destinations) },
    ports: ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)),
  };
}

function nameOf({ protocol, direction, ports }: Box): string {
  const back = direction === 'inbound' ? '-in' : '';
  return protocol === 'icmp' ? `ping${back}` : `${protocol}-${ports[0]}${back}`;
}
