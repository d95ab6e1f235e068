// A flow as text that is the same whoever exported it: one order of nodes, one order of fields, and no secret in it. So two
// exports of one drawing are the same bytes, and what differs is what somebody changed.
import type { NewNode } from './conversion.ts';

/** What every reader looks for first, and where the node is, last. Everything between is by name. */
const FIRST = ['id', 'type', 'z', 'g', 'd', 'name', 'label'];
const LAST = ['version', 'x', 'y', 'w', 'h', 'wires'];
const TABS = ['tab', 'subflow'];

/** @returns JSON with a line end */
export function formatFlow(nodes: readonly NewNode[]): string {
  const places = new Map(nodes.filter(isTab).map(({ id }, at) => [id, at]));
  const inOrder = nodes.toSorted((one, other) => compare(rankOf(one, places), rankOf(other, places)));
  const text = JSON.stringify(
    inOrder.map(node => inFieldOrder(withoutSecrets(node))),
    null,
    2,
  );
  return `${escaped(text)}\n`;
}

/** JSON says the same with these written out, and nobody is shown another order of letters than there is. */
function escaped(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    [...Array(character.length).keys()]
      .map(unit => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function isTab({ type }: NewNode): boolean {
  return TABS.includes(type);
}

type Rank = readonly (number | string)[];

/** Tabs as they stand in the editor, then what is on none, then what is on each tab; there by type, name and id. */
function rankOf(node: NewNode, places: ReadonlyMap<string, number>): Rank {
  const at = places.get(node.id);
  if (at !== undefined) return [0, at, '', '', ''];
  const tab = typeof node.z === 'string' ? places.get(node.z) : undefined;
  const name = typeof node.name === 'string' ? node.name : '';
  return [tab === undefined ? 1 : 2, tab ?? 0, node.type, name, node.id];
}

function compare(one: Rank, other: Rank): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  const [here, there] = [one[at] ?? 0, other[at] ?? 0];
  return at < 0 ? 0 : here < there ? -1 : 1;
}

/** What Node-RED keeps apart, and never exports by itself. A file that was written by hand may have it all the same. */
function withoutSecrets({ credentials: _, ...node }: NewNode): NewNode {
  return Array.isArray(node.env)
    ? ({ ...node, env: node.env.map(withoutSecret) } as unknown as NewNode)
    : (node as NewNode);
}

function withoutSecret(variable: unknown): unknown {
  const isSecret = typeof variable === 'object' && variable !== null && 'type' in variable && variable.type === 'cred';
  return isSecret ? { ...variable, value: '' } : variable;
}

function inFieldOrder(node: NewNode): NewNode {
  const rank = (field: string) => {
    const [first, last] = [FIRST.indexOf(field), LAST.indexOf(field)];
    return first >= 0 ? [0, first, ''] : last >= 0 ? [2, last, ''] : [1, 0, field];
  };
  const fields = Object.keys(node).sort((one, other) => compare(rank(one), rank(other)));
  return Object.fromEntries(fields.map(field => [field, sorted(node[field])])) as unknown as NewNode;
}

/** Objects inside of fields have no order that means something. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(record)
      .sort((one, other) => compare([one], [other]))
      .map(key => [key, sorted(record[key])]),
  );
}

/** Nodes of a flow that was opened, as they are written. */
export function flowJson(nodes: readonly { readonly id: string; readonly type: string; readonly raw: object }[]) {
  return nodes.map(({ id, type, raw }): NewNode => ({ ...raw, id, type }));
}
