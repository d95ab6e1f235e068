// What a port says when the mouse rests on it: its name, and what it is or takes.
import { drawingOf, factsOf, outputName, wiredNode } from '../drawing.ts';
import type { NodeFacts } from '../node-facts.ts';
import { kindsPassing } from '../wiring.ts';
import { listed } from './wire-words.ts';

/** Two lines. */
export function inputLabel(node: EditorNode): string {
  const { accepts = [], takesMessages = false } = factsOf(node) ?? {};
  const name = node._('port.in');
  if (accepts.every(kind => kind === 'message')) return name;
  const taken = listed([...accepts, ...(takesMessages ? ['message'] : [])], 'from', key => node._(key));
  return `${name}\n${node._('wire.takesFrom', { taken })}`;
}

export function outputLabel(node: EditorNode, index: number): string {
  const facts = factsOf(node);
  if (facts?.takesMessages === true && !facts.passes && index > 0) return node._('port.answers');
  const name = outputName(node, index) ?? node._('port.out');
  return facts === undefined || facts.role === 'message' ? name : `${name}\n${kindsOf(node, facts, index)}`;
}

function kindsOf(node: EditorNode, { passes, outputs }: NodeFacts, index: number): string {
  const wired = wiredNode(node);
  const now = passes ? kindsPassing(wired, drawingOf()) : [wired.kinds?.[index] ?? outputs[0] ?? ''];
  const kinds = now.length > 0 ? now : outputs;
  return kinds.length === 0 ? node._('wire.anything') : listed(kinds, 'kind', key => node._(key));
}
