// Reads the fields of our nodes: finds each one's type, fills in variables, checks the fields, resolves references.

import { type NodeType, upToDate, versionOf } from '../../model/node-type.ts';
import { plainText, quoted } from '../../model/plain-text.ts';
import type { Source } from '../../model/resource.ts';
import type { PlacedNode, Placement } from '../expand/place.ts';
import type { Findings } from '../findings.ts';
import { textOf } from '../flow-node.ts';
import type { Drawing, ReadNode } from './drawing.ts';
import { readFields, reportFaults } from './fields.ts';
import { resolveReferences } from './references.ts';
import { fillIn } from './variables.ts';

const OURS = 'gatewright-';

export function configure(placement: Placement, nodeTypes: readonly NodeType[], findings: Findings): Drawing {
  const types = new Map<string, NodeType>(nodeTypes.map(nodeType => [nodeType.type, nodeType]));
  const nodes = [...placement.nodes.values()]
    .filter(placed => placed.node.type.startsWith(OURS))
    .flatMap(placed => readNode(placed, types, findings));
  return resolveReferences(nodes, placement, findings);
}

function readNode(placed: PlacedNode, types: ReadonlyMap<string, NodeType>, findings: Findings): readonly ReadNode[] {
  const nodeType = types.get(placed.node.type);
  if (nodeType === undefined) {
    findings.add({
      code: 'GW_TYPE_UNKNOWN',
      source: sourceOf(placed, labelOf(placed, placed.node.type)),
      summary: `This version of Gatewright has no node type ${quoted(placed.node.type)}.`,
      remedy: 'Update Gatewright, or delete the node.',
    });
    return [];
  }
  const noun = nodeType.type.slice(OURS.length);
  const before = { node: sourceOf(placed, labelOf(placed, noun)) };
  const outdated = isNewer(placed, nodeType, before.node, findings);
  const filled = fillIn(upToDate(nodeType, placed.node.raw), placed.env, nodeType, before.node, findings);
  const source = sourceOf(placed, nameOf(filled.fields.name) ?? labelOf(placed, noun));
  // WHY no checks of a newer node: its fields may mean something else.
  const report = { source, findings, skip: filled.faulty };
  const read = readFields(nodeType, filled.fields, outdated ? undefined : report);
  if (read === undefined) return [];
  const unsound = outdated || filled.faulty.size > 0 || read.broken;
  const broken = unsound || reportFaults(nodeType.faults?.(read.config) ?? [], report);
  const { id } = placed;
  const label = source.label ?? id;
  return [{ id, type: nodeType.type, label, config: read.config, source, broken, nodeType, placed, references: {} }];
}

function isNewer(placed: PlacedNode, nodeType: NodeType, source: Source, findings: Findings): boolean {
  const version = versionOf(placed.node.raw);
  if (!(version > nodeType.version)) return false;
  findings.add({
    code: 'GW_TYPE_NEWER',
    source,
    field: 'version',
    summary: `${source.label} was drawn with a newer Gatewright: its version is ${version}, the newest this one knows is ${nodeType.version}.`,
    remedy: 'Update Gatewright, then open the drawing again.',
  });
  return true;
}

function sourceOf({ id, tab }: PlacedNode, label: string): Source {
  return { node: id, label, ...(tab === undefined ? {} : { flow: tab }) };
}

function labelOf(placed: PlacedNode, noun: string): string {
  return nameOf(textOf(placed.node, 'name')) ?? `the unnamed ${noun}`;
}

function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'string' ? plainText(value.trim()) : '';
  return name === '' ? undefined : name;
}
