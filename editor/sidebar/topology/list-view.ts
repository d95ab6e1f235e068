// The picture in words: a table of everything in it, for whoever cannot see it or has no patience for boxes.
import { button, element } from '../../element.ts';
import type { Words } from '../../words.ts';
import type { Topology, TopologyNode } from './graph.ts';
import { FINE } from './marks.ts';
import { kindText, passesText, standingText, stateText, trustText } from './texts.ts';

const COLUMNS = ['name', 'state', 'zone', 'leads'] as const;

/** @param chosen  goes to a box */
export function listView(topology: Topology, words: Words, chosen: (id: string) => void): HTMLElement {
  const head = COLUMNS.map(name => element('th', { attributes: { scope: 'col' } }, words(`topology.column.${name}`)));
  return element(
    'table',
    { class: 'gw-topology-list' },
    element(
      'caption',
      {},
      words('topology.listOf', { gateways: topology.boxes.map(({ gateway }) => gateway).join(', ') }),
    ),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...topology.nodes.map(node => rowOf(topology, node, words, chosen))),
  );
}

function rowOf(topology: Topology, node: TopologyNode, words: Words, chosen: (id: string) => void): HTMLElement {
  const { id, kind, name, trust, tenant, gateway } = node;
  const state = stateText(node, words);
  const states = trust === undefined ? state : `${state}, ${trustText(trust, words)}`;
  const title = button(`${kindText(kind, words)} ${name}`, () => chosen(id));
  return element(
    'tr',
    {},
    element('th', { attributes: { scope: 'row' } }, title),
    element('td', {}, states),
    element('td', {}, tenant === undefined ? gateway : `${gateway}, ${tenant}`),
    element('td', {}, ...leadsTo(topology, node, words)),
  );
}

/** What it leads to, a line each. */
function leadsTo({ nodes, links }: Topology, { id }: TopologyNode, words: Words): readonly HTMLElement[] {
  const own = links.filter(({ from }) => from === id);
  return own.map(link => {
    const name = nodes.find(node => node.id === link.to)?.name ?? link.to;
    const passes = passesText(link, words);
    const way = passes === '' ? name : `${name} ${words('topology.through', { passes })}`;
    return element('div', {}, FINE.includes(link.standing) ? way : `${way}, ${standingText(link.standing, words)}`);
  });
}
