// What runs, as boxes: a shape for what it is, its name, how it stands, how it is proven.
import { svgElement } from '../../element.ts';
import type { Words } from '../../words.ts';
import type { NodeKind, TopologyNode } from './graph.ts';
import { MOST_NAME_LETTERS, type Place } from './layout-graph.ts';
import { frame, placedGroup, standingRow, text, trustRow } from './picture-strokes.ts';
import { shortText, stateText, trustText } from './texts.ts';

export function boxOf(node: TopologyNode, place: Place, words: Words): SVGElement {
  const { id, kind, name, standing, trust } = node;
  const trusted = trust === undefined ? [] : trustRow(trust, trustText(trust, words), 44);
  const state =
    kind === 'peer'
      ? [text(stateText(node, words), 28, 37, 'gwt-quiet')]
      : standingRow(standing, stateText(node, words), 28);
  const made = placedGroup(
    place,
    `gwt-node gwt-${kind} gwt-is-${standing}`,
    frame(place, 4),
    svgElement('path', { d: KIND_SHAPES[kind], class: `gwt-kind-${kind}`, transform: 'translate(9, 7)' }),
    text(cut(name), 28, 19, 'gwt-name'),
    ...state,
    ...trusted,
  );
  made.setAttribute('data-id', id);
  made.setAttribute('role', 'button');
  made.setAttribute('aria-label', shortText(node, words));
  return made;
}

function cut(name: string): string {
  return name.length > MOST_NAME_LETTERS ? `${name.slice(0, MOST_NAME_LETTERS - 1)}…` : name;
}

/** Within 13 by 13; see docs/topology.md for what they mean. */
const KIND_SHAPES: Readonly<Record<NodeKind, string>> = {
  uplink: 'M1 1h11v11h-11z',
  device: 'M1 1h11v11h-11zM4 4v5h5v-5z',
  line: 'M6.500 0l6.500 6.500l-6.500 6.500l-6.500-6.500z',
  vm: 'M0 1h13v8.500h-5v1.500h2v1.500h-7v-1.500h2v-1.500h-5z',
  segment: 'M6.500 0.500a6 6 0 1 0 0 12a6 6 0 1 0 0-12z',
  router: 'M6.500 0.500a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM5.500 3h2v2.500h2.500v2h-2.500v2.500h-2v-2.500h-2.500v-2h2.500z',
  peer: 'M6.500 1a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11z',
};
