// What must never be saved: a deploy that would lose data or harm the server. Faults of a drawing are not looked at here:
// a design with errors is saved, it only cannot be applied. Pure.
import type { NodeType } from '../model/node-type.ts';

/** Node-RED uses ids as keys of plain objects; these would reach the prototype. */
const POISON = new Set(['__proto__', 'constructor', 'prototype']);
const MOST_DEPTH = 64;
const MOST_NODES = 20_000;
const MOST_ID_CHARACTERS = 200;

/** Why a deployed flow is refused, in plain text (escape it for HTML); `undefined` when it may be saved. */
export type FlowCheck = (flow: unknown) => string | undefined;

/** Makes the check for a set of node types. */
export function flowCheck(nodeTypes: readonly NodeType[]): FlowCheck {
  const versions = new Map<string, number>(nodeTypes.map(type => [type.type, type.version]));
  return flow => {
    const poison = poisonIn(flow);
    if (poison !== undefined) return poison;
    const nodes = nodesOf(flow);
    if (nodes === undefined) return 'The request holds no list of nodes. Deploy again from the editor.';
    if (nodes.length > MOST_NODES) return `The flow has more than ${MOST_NODES} nodes. Split it over several servers.`;
    return nodeFault(nodes, versions);
  };
}

/** The nodes of every form Node-RED's API takes: a list, {flows: list}, or one tab {nodes, configs, subflows}. */
function nodesOf(flow: unknown): readonly unknown[] | undefined {
  if (Array.isArray(flow)) return flow;
  if (!isObject(flow)) return undefined;
  if ('flows' in flow) return Array.isArray(flow.flows) ? flow.flows : undefined;
  if (!Array.isArray(flow.nodes)) return undefined;
  const subflows = listOf(flow.subflows);
  const inner = subflows.flatMap(subflow =>
    isObject(subflow) ? [...listOf(subflow.nodes), ...listOf(subflow.configs)] : [],
  );
  return [...flow.nodes, ...listOf(flow.configs), ...subflows.map(asSubflow), ...inner];
}

/** A subflow of a single-tab request has no type of its own. */
function asSubflow(subflow: unknown): unknown {
  return isObject(subflow) ? { type: 'subflow', ...subflow } : subflow;
}

function nodeFault(nodes: readonly unknown[], versions: ReadonlyMap<string, number>): string | undefined {
  const seen = new Set<string>();
  for (const node of nodes) {
    if (!isObject(node) || !isId(node.id) || !isId(node.type))
      return 'A node of the flow has no usable id or type. Deploy again from the editor.';
    if (seen.has(node.id)) return `Two nodes have the id ${quote(node.id)}, so one would be lost. Import them again.`;
    seen.add(node.id);
    const newest = versions.get(node.type);
    // Node-RED 5 keeps `v` for itself and drops it from what its editor saves; flows written by hand may still have it.
    const said = node.version ?? node.v;
    const version = typeof said === 'number' || typeof said === 'string' ? Number(said) : Number.NaN;
    if (newest !== undefined && version > newest)
      return `${quote(labelOf(node))} was drawn with a newer Gatewright (${node.type} version ${version}, this one knows ${newest}). Update Gatewright, then deploy.`;
  }
  return undefined;
}

/** Walks without recursion, so that depth cannot exhaust the stack. */
function poisonIn(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_DEPTH) return `The flow is nested deeper than ${MOST_DEPTH} levels. Flatten the field that is.`;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      const bad = Object.keys(item).find(key => POISON.has(key));
      if (bad !== undefined) return `The flow has a field named ${quote(bad)}, which is not allowed. Remove it.`;
      for (const part of Object.values(item)) if (typeof part === 'object' && part !== null) next.push(part);
    }
    level = next;
  }
  return undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_ID_CHARACTERS && !POISON.has(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function labelOf(node: Record<string, unknown>): string {
  return typeof node.name === 'string' && node.name !== '' ? node.name : String(node.id);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
