// Badges at nodes: a finding, and the state of what is drawn. Each state has a shape of its own, not only a colour.
import type { Diagnostic, Severity } from '../runtime/model/diagnostic.ts';
import type { ResourceState } from '../runtime/platform/platform-port.ts';
import { brokenLines } from './broken-lines.ts';
import { factsOf } from './drawing.ts';
import { svgElement } from './element.ts';
import type { Store } from './store.ts';
import type { Words } from './words.ts';

interface NodeFindings {
  readonly worst: Severity;
  readonly texts: readonly string[];
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];
let findings: ReadonlyMap<string, NodeFindings> = new Map();

/** @returns how to show what is wrong with a drawing that is not deployed in place of what was; `undefined` = nothing is known of it */
export function addBadges(store: Store, words: Words): (early: readonly Diagnostic[] | undefined) => void {
  let undeployed: readonly Diagnostic[] | undefined;
  addFindingBadge();
  addStateBadge(words);
  const show = () => {
    const before = findings;
    findings = byNode(undeployed ?? store.state?.diagnostics ?? []);
    redraw(new Set([...before.keys(), ...findings.keys()]));
  };
  store.onChange(show);
  return early => {
    undeployed = early;
    show();
  };
}

/** Findings by the id of the node on the canvas: inside a subflow that is its instance, and the node in the template. */
function byNode(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, NodeFindings> {
  const found = new Map<string, NodeFindings>();
  for (const diagnostic of diagnostics) {
    const places = [diagnostic.source, ...(diagnostic.related ?? [])].flatMap(place => place.node.split('/'));
    for (const id of new Set(places)) found.set(id, joined(found.get(id), diagnostic));
  }
  return found;
}

function joined(before: NodeFindings | undefined, { severity, summary, remedy }: Diagnostic): NodeFindings {
  const worst = ORDER.find(candidate => candidate === before?.worst || candidate === severity) ?? severity;
  return { worst, texts: [...(before?.texts ?? []), `${summary} ${remedy}`] };
}

function redraw(ids: ReadonlySet<string>): void {
  for (const id of ids) {
    const node = RED.nodes.node(id);
    if (node) node.dirty = true;
  }
  if (ids.size > 0) RED.view.redraw();
}

function addFindingBadge(): void {
  RED.view.annotations.register('gatewright-finding', {
    type: 'badge',
    class: 'gw-badge-finding',
    element: findingMark,
    show: node => findings.has(node.id),
    tooltip: node => findings.get(node.id)?.texts.slice(0, 3).map(brokenLines).join('\n\n') ?? '',
    refresh: node => changed(node, 'gwFinding', findings.get(node.id)?.worst),
  });
}

function findingMark(node: EditorNode): SVGElement {
  const worst = findings.get(node.id)?.worst ?? 'info';
  const shape = svgElement('path', { d: 'M8 0h4l6 6v4l-6 6H8L2 10V6z', class: `gw-mark-${worst}` });
  const sign = svgElement(
    'text',
    { x: 10, y: 12, 'text-anchor': 'middle', class: 'gw-mark-text' },
    worst === 'info' ? 'i' : '!',
  );
  return svgElement('g', {}, shape, sign);
}

/** Outlines of 12 × 12 by state; the ordinary running state needs no badge, its dot is enough. */
const STATE_SHAPES: Readonly<Partial<Record<ResourceState, string>>> = {
  changing: 'M6 1a5 5 0 1 0 5 5',
  drift: 'M6 1l5.500 10h-11z',
  blocked: 'M1 4h10v4H1z',
};

/** Node-RED hands on text, fill and shape of a status, nothing else; see nodes/status.ts for the colours. */
const BY_FILL: Readonly<Record<string, ResourceState>> = { blue: 'changing', yellow: 'drift', red: 'blocked' };

/** The state a node shows, when it is one that has a badge. */
function stateOf(node: EditorNode): ResourceState | undefined {
  const fill = node.status?.fill;
  return typeof fill === 'string' ? BY_FILL[fill] : undefined;
}

function addStateBadge(words: Words): void {
  RED.view.annotations.register('gatewright-state', {
    type: 'badge',
    class: 'gw-badge-state',
    filter: node => factsOf(node)?.role === 'design',
    element(node) {
      const state = stateOf(node) ?? 'changing';
      const mark = svgElement('path', { d: STATE_SHAPES[state] ?? '', class: `gw-state-${state}` });
      return svgElement(
        'g',
        { transform: 'translate(0, 2)' },
        svgElement('rect', { width: 12, height: 12, fill: 'none' }),
        mark,
      );
    },
    // A finding says more than the bar of a blocked node.
    show: node => stateOf(node) !== undefined && !(stateOf(node) === 'blocked' && findings.has(node.id)),
    tooltip: node => words(`state.${stateOf(node) ?? 'unknown'}`),
    refresh: node => changed(node, 'gwState', stateOf(node)),
  });
}

/** Whether a value differs from the one that was drawn last. */
const drawn = new WeakMap<EditorNode, Record<string, unknown>>();
function changed(node: EditorNode, key: string, value: unknown): boolean {
  const last = drawn.get(node) ?? {};
  if (last[key] === value) return false;
  drawn.set(node, { ...last, [key]: value });
  return true;
}
