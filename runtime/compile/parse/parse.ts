// From text or a list to flow nodes: strict, bounded, and safe to look at. Knows no node type.
import { quoted } from '../../model/plain-text.ts';
import type { Findings } from '../findings.ts';
import { type FlowNode, isRecord } from '../flow-node.ts';
import { parseJson } from './json.ts';
import { findUnsafe } from './unsafe.ts';

export const MOST_NODES = 20_000;
const MOST_ID_CHARACTERS = 200;

/** What a finding about the file as a whole points at. */
export const FILE = { node: '' } as const;

/** The nodes of a flow; empty when it cannot be read at all, which is reported. */
export function parse(flow: readonly unknown[] | string, findings: Findings): readonly FlowNode[] {
  const value = typeof flow === 'string' ? parseJson(flow, findings) : flow;
  if (value === undefined) return [];
  const unsafe = findUnsafe(value);
  if (unsafe !== undefined) {
    findings.add({ ...unsafe, source: FILE });
    return [];
  }
  return readNodes(value, findings);
}

function readNodes(value: unknown, findings: Findings): readonly FlowNode[] {
  // Node-RED's API version 2 puts the list into an object with its revision.
  const list = isRecord(value) ? value.flows : value;
  if (!Array.isArray(list)) {
    const summary = 'This is JSON, but not a flow: a flow is a list of nodes.';
    findings.add({ code: 'GW_FLOW_SHAPE', source: FILE, summary, remedy: 'Export the flow from the editor again.' });
    return [];
  }
  if (list.length > MOST_NODES) {
    const summary = `The flow has ${list.length} nodes; the most is ${MOST_NODES}.`;
    findings.add({ code: 'GW_FLOW_TOO_LARGE', source: FILE, summary, remedy: 'Split it into several flows.' });
    return [];
  }
  return uniqueNodes(list, findings);
}

function uniqueNodes(list: readonly unknown[], findings: Findings): readonly FlowNode[] {
  const seen = new Set<string>();
  return list.flatMap((entry, index) => {
    const node = readNode(entry);
    if (node === undefined) {
      const summary = `Entry ${index + 1} of the flow is not a node: it has no usable id or type.`;
      findings.add({ code: 'GW_FLOW_SHAPE', source: FILE, summary, remedy: 'Export the flow from the editor again.' });
      return [];
    }
    if (seen.has(node.id)) {
      const summary = `Two nodes have the id ${quoted(node.id)}; the second one is left out.`;
      const remedy = 'Import the flow in the editor, which gives new ids, and export it again.';
      findings.add({ code: 'GW_FLOW_ID_TWICE', source: { node: node.id }, summary, remedy });
      return [];
    }
    seen.add(node.id);
    return [node];
  });
}

function readNode(entry: unknown): FlowNode | undefined {
  if (!isRecord(entry) || !isId(entry.id) || !isId(entry.type)) return undefined;
  return { id: entry.id, type: entry.type, raw: entry };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_ID_CHARACTERS && !value.includes('/');
}
