// Badges at nodes that something is wrong with.
import type { Diagnostic, Severity } from '../runtime/model/diagnostic.ts';
import { brokenLines } from './broken-lines.ts';
import { svgElement } from './element.ts';
import type { Store } from './store.ts';

interface NodeFindings {
  readonly worst: Severity;
  readonly texts: readonly string[];
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];
let findings: ReadonlyMap<string, NodeFindings> = new Map();

/** @returns how to show what is wrong with a drawing that is not deployed in place of what was; `undefined` = nothing is known of it */
export function addBadges(store: Store): (early: readonly Diagnostic[] | undefined) => void {
  let undeployed: readonly Diagnostic[] | undefined;
  addFindingBadge();
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
    refresh: isChanged,
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

const drawn = new WeakMap<EditorNode, Severity | undefined>();

/** Whether the badge of a node is otherwise than it was drawn last. */
function isChanged(node: EditorNode): boolean {
  const worst = findings.get(node.id)?.worst;
  if (drawn.get(node) === worst) return false;
  drawn.set(node, worst);
  return true;
}
