// What is known of one box: how it stands, what is otherwise than drawn, its facts and its wires.
import { button, element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { Words } from '../../words.ts';
import type { Difference, Topology, TopologyLink, TopologyNode } from './graph.ts';
import { FINE } from './marks.ts';
import { kindText, passesText, standingText, trustText } from './texts.ts';

/** @param chosen  goes to another box */
export function detailsView(
  topology: Topology,
  node: TopologyNode,
  words: Words,
  chosen: (id: string) => void,
): HTMLElement {
  const wires = topology.links.filter(({ from, to }) => from === node.id || to === node.id);
  const differences = new Set([...node.differences, ...wires.flatMap(wire => wire.differences)]);
  return element(
    'section',
    { class: 'gw-card gw-topology-details', attributes: { 'aria-label': words('topology.details') } },
    element('h4', {}, `${kindText(node.kind, words)} ${node.name}`),
    element('p', { class: 'gw-note' }, summaryOf(node, words)),
    node.source === undefined ? undefined : drawnAt(node.source, words),
    ...differencesView([...differences], words),
    factsView(node, words),
    ...wiresView(topology, node, wires, words, chosen),
  );
}

function summaryOf({ kind, standing, trust, tenant, gateway }: TopologyNode, words: Words): string {
  const state = kind === 'peer' ? words('topology.elsewhere') : standingText(standing, words);
  const proof = trust === undefined ? [] : [trustText(trust, words)];
  return [state, ...proof, tenant === undefined ? gateway : `${gateway}, ${words('topology.of', { tenant })}`].join(
    ', ',
  );
}

function drawnAt(source: string, words: Words): HTMLElement {
  return element(
    'p',
    {},
    button(words('topology.reveal'), () => revealNode(source), { icon: 'crosshairs' }),
  );
}

function differencesView(differences: readonly Difference[], words: Words): readonly HTMLElement[] {
  if (differences.length === 0) return [];
  const rows = differences.map(({ field, from, to }) =>
    element(
      'li',
      {},
      element('span', { class: 'gw-topology-field' }, field),
      words('topology.change', { from: valueText(from, words), to: valueText(to, words) }),
    ),
  );
  return [element('h5', {}, words('topology.differs')), element('ul', { class: 'gw-topology-differences' }, ...rows)];
}

/** Long values are cut: the plan has them whole. */
function valueText(value: unknown, words: Words): string {
  if (value === undefined) return words('topology.nothing');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function factsView({ facts }: TopologyNode, words: Words): HTMLElement {
  const rows = facts.map(({ key, text }) =>
    element('div', {}, element('dt', {}, words(`topology.fact.${key}`)), element('dd', {}, text)),
  );
  return element('dl', { class: 'gw-topology-facts' }, ...rows);
}

function wiresView(
  topology: Topology,
  node: TopologyNode,
  wires: readonly TopologyLink[],
  words: Words,
  chosen: (id: string) => void,
): readonly HTMLElement[] {
  if (wires.length === 0) return [];
  const rows = wires.map(wire => {
    const other = wire.from === node.id ? wire.to : wire.from;
    const name = topology.nodes.find(({ id }) => id === other);
    const title = name === undefined ? other : `${kindText(name.kind, words)} ${name.name}`;
    const passes = passesText(wire, words);
    const standing = FINE.includes(wire.standing) ? '' : standingText(wire.standing, words);
    const more = [passes === '' ? '' : words('topology.through', { passes }), standing].filter(part => part !== '');
    return element(
      'li',
      {},
      button(title, () => chosen(other)),
      ` ${more.join(', ')}`,
    );
  });
  return [element('h5', {}, words('topology.wires')), element('ul', { class: 'gw-topology-wires' }, ...rows)];
}
