// Draws the shape of its state in the place of Node-RED's square under each of our nodes. Nothing is measured and nothing moves: a
// screen of five hundred nodes is looked through at every redraw.
import type { ResourceState } from '../../runtime/platform/platform-port.ts';
import { factsOf } from '../drawing.ts';
import { svgElement } from '../element.ts';
import type { Store } from '../store.ts';
import type { Words } from '../words.ts';
import { isConsoleOpen, openConsole } from './consoles.ts';
import { fractionDone } from './progress.ts';
import { ringPath, STATE_OUTLINES, stateOfStatus } from './state-shapes.ts';

interface Mark {
  readonly root: SVGElement;
  readonly node: EditorNode;
  readonly state: ResourceState;
  /** The part of a ring that is filled. */
  readonly filled: SVGElement;
}

const PLACE = 'translate(4.5, -0.5)';

export function addStateMarks(store: Store, words: Words): void {
  const marks = new WeakMap<Element, Mark>();
  /** Marks that move while nothing is redrawn. */
  const working = new Set<Mark>();
  const fill = (mark: Mark) => {
    const gateway = typeof mark.node.gateway === 'string' ? RED.nodes.node(mark.node.gateway)?.name : undefined;
    const path = ringPath(fractionDone(store.state?.gateways ?? [], gateway));
    if (mark.filled.getAttribute('d') !== path) mark.filled.setAttribute('d', path);
  };
  const update = (node: EditorNode, el: Element) => {
    const before = marks.get(el);
    const state = stateOf(node);
    if (before?.state === state && (before === undefined || before.node === node)) return;
    if (before !== undefined) {
      before.root.remove();
      working.delete(before);
      marks.delete(el);
    }
    const place = el.querySelector('.red-ui-flow-node-status-group');
    place?.classList.toggle('gw-status', state !== undefined);
    if (state === undefined || place === null) return;
    const mark = { ...drawMark(node, state, words), node, state };
    place.append(mark.root);
    marks.set(el, mark);
    if (state !== 'changing') return;
    working.add(mark);
    fill(mark);
  };
  // Afterwards, all at once: Node-RED measures the status of one node after the other, which would lay out anew what changed between.
  const waiting = new Map<string, Element | undefined>();
  const soon = (id: string, el?: Element) => {
    if (waiting.size === 0) requestAnimationFrame(updateAll);
    waiting.set(id, el ?? waiting.get(id));
  };
  const updateAll = () => {
    for (const [id, known] of waiting) {
      const [node, el] = [RED.nodes.node(id), known ?? document.getElementById(id)];
      if (node && el) update(node, el);
    }
    waiting.clear();
  };
  RED.hooks.add('viewRedrawNode.gatewright-state', ({ node, el }) => {
    if (marks.get(el)?.state !== stateOf(node)) soon(node.id, el);
  });
  // Node-RED does not redraw a node whose status changes, and asks no hook; it may itself hear of it after us.
  RED.comms.subscribe('status/#', topic => soon(topic.split('/')[1] ?? ''));
  store.onChange(() => {
    for (const mark of working) {
      if (mark.root.isConnected) fill(mark);
      else working.delete(mark);
    }
  });
}

function stateOf(node: EditorNode): ResourceState | undefined {
  return factsOf(node)?.role === 'design' ? stateOfStatus(node.status) : undefined;
}

function drawMark(node: EditorNode, state: ResourceState, words: Words): Pick<Mark, 'root' | 'filled'> {
  const filled = svgElement('path', { d: '', class: 'gw-state-filled' });
  const outline =
    state === 'unknown'
      ? svgElement('text', { x: 6, y: 10.5, 'text-anchor': 'middle', class: 'gw-state-unknown' }, '?')
      : svgElement('path', { d: STATE_OUTLINES[state], class: `gw-state-${state}` });
  const opens = state === 'running' && isConsoleOpen(node);
  const text = opens ? `${words(`state.${state}`)}. ${words('console.click')}` : words(`state.${state}`);
  const root = svgElement(
    'g',
    { transform: PLACE, class: opens ? 'gw-state gw-state-opens' : 'gw-state', 'data-gw-state': state },
    svgElement('title', {}, text),
    // What the mouse can hit is larger than the mark.
    svgElement('rect', { x: -3, y: -3, width: 18, height: 17, class: 'gw-state-reach' }),
    outline,
    filled,
  );
  if (opens) openOnClick(root, node);
  return { root, filled };
}

/** The press stays at the mark: Node-RED would begin to move the node. Of a double click, the second press opens nothing more. */
function openOnClick(root: SVGElement, node: EditorNode): void {
  for (const event of ['mousedown', 'mouseup', 'dblclick'])
    root.addEventListener(event, each => each.stopPropagation());
  root.addEventListener('click', event => {
    event.stopPropagation();
    if ((event as MouseEvent).detail < 2) openConsole(node);
  });
}
