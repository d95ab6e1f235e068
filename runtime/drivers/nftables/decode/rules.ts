// Reads the rules of one link back from its sets: addresses and ports from the elements, what they have in common from
// the rule that looks the set up, their order from the comments.

import { type Link, type LinkRule, linkChain, ruleSet, type Side } from '../encode/layout.ts';
import { isComplete, part, rulesOf } from '../kernel/lookup.ts';
import type { NftElement, NftRule, NftTable } from '../kernel/table.ts';
import type { Finding } from './finding.ts';
import { assembleRule, type Cell, cellOf, type FoundRule, foreignRule, type RuleShape } from './rule-cells.ts';

export function decodeRules(inet: NftTable, link: Link, index: number): Finding<LinkRule[]> {
  const found = (['from', 'to'] as const).flatMap(side => rulesOfSide(inet, link, index, side));
  found.sort((a, b) => a.position - b.position);
  return {
    value: found.map(item => item.rule),
    clean: isComplete(found.map(item => item.position)) && found.every(item => item.clean),
  };
}

function rulesOfSide(inet: NftTable, link: Link, index: number, side: Side): FoundRule[] {
  const users = new Map(rulesOf(inet, linkChain(index, side, 'request')).map(rule => [setUsedBy(rule), rule]));
  const prefix = ruleSet(index, side, 0).slice(0, -1);
  const elements = inet.sets
    .filter(set => set.name.startsWith(prefix))
    .flatMap(set => {
      const user = users.get(set.name);
      // A set that nothing looks up has no effect: its rules are not there.
      if (user === undefined) return [];
      const shape = shapeOf(inet, user, link, side);
      return set.elements.map(element => ({ element, shape, cell: cellOf(element) }));
    });
  return rulesOfElements(elements);
}

interface ShapedElement {
  readonly element: NftElement;
  readonly shape: RuleShape;
  readonly cell: Cell | undefined;
}

/** A rule whose parts overlap lies in several sets. Where somebody made those differ, it shows as several rules. */
function rulesOfElements(elements: readonly ShapedElement[]): FoundRule[] {
  const foreign = elements.filter(({ cell }) => cell === undefined);
  const own = elements.flatMap(({ cell, shape }) => (cell === undefined ? [] : [{ cell, shape }]));
  const groups = Map.groupBy(own, ({ cell, shape }) => `${cell.position} ${cell.id} ${JSON.stringify(shape)}`);
  return [
    ...[...groups.values()].flatMap(group =>
      group[0] === undefined
        ? []
        : assembleRule(
            group.map(({ cell }) => cell),
            group[0].shape,
          ),
    ),
    ...foreign.map(({ element, shape }, index) => foreignRule(element, shape, index)),
  ];
}

interface Match {
  readonly left: unknown;
  readonly right: unknown;
}

function matchesOf(rule: NftRule): Match[] {
  return rule.expr.flatMap(statement => (part(statement, 'match') as Match | undefined) ?? []);
}

function setUsedBy(rule: NftRule): string | undefined {
  const names = matchesOf(rule).map(match => match.right);
  return names.find((name): name is string => typeof name === 'string' && name.startsWith('@'))?.slice(1);
}

function shapeOf(inet: NftTable, user: NftRule, link: Link, side: Side): RuleShape {
  const logged = (part(user.expr, 'goto') as { target?: string } | undefined)?.target;
  const last = logged === undefined ? user : rulesOf(inet, logged).at(-1);
  const outbound = link.outbound === 'from-port' ? 'from' : 'to';
  return {
    direction: side === outbound ? 'outbound' : 'inbound',
    action: part(last?.expr ?? [], 'return') === undefined ? 'drop' : 'accept',
    protocol: protocolOf(matchesOf(user)),
    log: logged !== undefined,
  };
}

/** tcp and udp with ports show in the port's payload, everything else in a match of its own. */
function protocolOf(matches: readonly Match[]): LinkRule['protocol'] {
  const own = matches.find(({ left }) => (part(left, 'meta') as { key?: unknown } | undefined)?.key === 'l4proto');
  if (own !== undefined) return own.right as LinkRule['protocol'];
  const parts = matches.flatMap(({ left }) => (part(left, 'concat') as readonly unknown[] | undefined) ?? []);
  const port = (part(parts[2] ?? [], 'payload') as { protocol?: unknown } | undefined)?.protocol;
  return port === 'tcp' || port === 'udp' ? port : 'any';
}
