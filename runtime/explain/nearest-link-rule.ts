// Which rule for a network would have let a packet pass if only little of it were otherwise. The table of the switch is asked of each
// part of a rule by itself, so that nobody else decides what fits.
import type { NearMiss } from '../lanes/filter/nearest.ts';
import type { Rule } from '../model/kinds/policy.ts';
import { ipv4ToNumber } from '../model/network.ts';
import { RuleTable } from '../switch/filter/rule-table.ts';
import { IP } from '../switch/packet/view.ts';
import type { GivenPacket } from './given-packet.ts';

/** @param rules  those that were asked */
export function nearestLinkRule(
  rules: readonly Rule[],
  direction: Rule['direction'],
  packet: GivenPacket,
): (NearMiss & { readonly number: number }) | undefined {
  const misses = rules.flatMap((rule, place) =>
    rule.action === 'accept'
      ? [{ rule: rule.id, number: place + 1, differs: differences(rule, direction, packet) }]
      : [],
  );
  const near = misses.filter(({ differs }) => differs.length > 0);
  return near.toSorted((a, b) => a.differs.length - b.differs.length)[0];
}

function differences(rule: Rule, direction: Rule['direction'], packet: GivenPacket): readonly string[] {
  const any: Rule = { ...rule, protocol: 'any', sources: [], destinations: [], ports: [] };
  const parts = [
    { part: { ...any, protocol: rule.protocol }, says: `the protocol is ${rule.protocol}: it is ${packet.protocol}` },
    { part: { ...any, sources: rule.sources }, says: `the source is ${listOf(rule.sources)}: it is ${packet.source}` },
    {
      part: { ...any, destinations: rule.destinations },
      says: `the destination is ${listOf(rule.destinations)}: it is ${packet.destination}`,
    },
    { part: { ...any, ports: rule.ports }, says: `the port is ${listOf(rule.ports)}: it is ${packet.port}` },
  ];
  const turned = `the request is ${rule.direction}: it is ${direction}`;
  return [
    ...(rule.direction === direction ? [] : [turned]),
    ...parts.filter(({ part }) => !fits(part, packet)).map(({ says }) => says),
  ].map(says => `it is not true that ${says}`);
}

function fits(rule: Rule, { protocol, source, destination, port }: GivenPacket): boolean {
  return new RuleTable([rule]).find(IP[protocol], ipv4ToNumber(source), ipv4ToNumber(destination), port) !== -1;
}

function listOf(texts: readonly string[]): string {
  return texts.length > 4 ? `${texts.slice(0, 3).join(', ')} or ${texts.length - 3} more` : texts.join(', ');
}
