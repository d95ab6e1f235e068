// What is known of one box: how it stands, what is otherwise than drawn, its facts and its wires.
import { button, element } from '../../element.ts';
import { revealNode } from '../../reveal.ts';
import type { Words } from '../../words.ts';
import type { CardRecorders } from './card-recorders.ts';
import type { Difference, Topology, TopologyLink, TopologyNode } from './graph.ts';
import { FINE } from './marks.ts';
import { kindText, passesText, standingText, stateText, trustText } from './texts.ts';

export interface DetailsWorld {
  readonly words: Words;
  /** Path of the console pages, with a slash at its end; absent where nobody serves them. */
  readonly consoles?: string | undefined;
  /** Forms that record the cards of a VM; absent where nobody serves recordings. */
  readonly recorders?: CardRecorders | undefined;
  /** Goes to another box. */
  readonly chosen: (id: string) => void;
}

export function detailsView(topology: Topology, node: TopologyNode, world: DetailsWorld): HTMLElement {
  const { words, chosen, recorders } = world;
  const wires = topology.links.filter(({ from, to }) => from === node.id || to === node.id);
  const differences = new Set([...node.differences, ...wires.flatMap(wire => wire.differences)]);
  return element(
    'section',
    { class: 'gw-card gw-topology-details', attributes: { 'aria-label': words('topology.details') } },
    element('h4', {}, `${kindText(node.kind, words)} ${node.name}`),
    element('p', { class: 'gw-note' }, summaryOf(node, words)),
    element('p', { class: 'gw-topology-ways' }, ...waysFrom(node, world)),
    ...differencesView([...differences], words),
    factsView(node, words),
    ...wiresView(topology, node, wires, words, chosen),
    ...(recorders?.of(topology, node) ?? []),
  );
}

function summaryOf(node: TopologyNode, words: Words): string {
  const { trust, tenant, gateway } = node;
  const state = stateText(node, words);
  const proof = trust === undefined ? [] : [trustText(trust, words)];
  return [state, ...proof, tenant === undefined ? gateway : `${gateway}, ${words('topology.of', { tenant })}`].join(
    ', ',
  );
}

/** To where it is drawn, and to its console where it has one. */
function waysFrom({ kind, source, id, standing, name }: TopologyNode, { words, consoles }: DetailsWorld) {
  const reveal = (node: string) => button(words('topology.reveal'), () => revealNode(node), { icon: 'crosshairs' });
  const drawn = source === undefined ? [] : [reveal(source)];
  if (kind !== 'vm' || consoles === undefined || standing === 'planned' || standing === 'unknown') return drawn;
  const href = consoles + id.slice('vm.'.length);
  const attributes = { href, target: '_blank', 'aria-label': words('console.of', { vm: name }) };
  return [...drawn, element('a', { attributes }, words('console.link'))];
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
