// Edits of one field of one node that may draw what is: best guesses first, each to be proved by compiling. Pure.
import { canonicalJson } from '../../model/canonical.ts';
import { type Change, formsOf, rewritten } from './values.ts';

export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** One field of a node, as flow JSON has it. */
export interface FieldEdit {
  readonly node: string;
  /** Name of the node or its type, for people. */
  readonly label: string;
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

const OURS = 'gatewright-';
/** What says where a node is and what it is called, not what it draws. */
const NOT_DRAWN = new Set(['id', 'type', 'z', 'x', 'y', 'wires', 'name', 'g', 'd', 'l', 'was', 'info']);

export function isOurs(node: unknown): node is FlowNode {
  const { id, type } = (node ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof type === 'string' && type.startsWith(OURS);
}

/**
 * @param drawer   id of the node that draws it
 * @param names    what the field may be called there
 * @param changes  narrowest first
 */
export function candidates(
  flow: readonly unknown[],
  drawer: string,
  names: readonly string[],
  changes: readonly Change[],
): readonly FieldEdit[] {
  const nodes = flow.filter(isOurs);
  const first = nodes.filter(({ id }) => id === drawer);
  const named = first.flatMap(node => byName(node, names, changes));
  const held = [...first, ...nodes.filter(({ id }) => id !== drawer)].flatMap(node => byValue(node, changes));
  return unique([...named, ...held]);
}

function byName(node: FlowNode, names: readonly string[], changes: readonly Change[]): readonly FieldEdit[] {
  return names
    .filter(name => !NOT_DRAWN.has(name) && variableIn(node[name]) === undefined)
    .flatMap(name => changes.flatMap(({ to }) => formsOf(to).map(form => editOf(node, name, form))));
}

function byValue(node: FlowNode, changes: readonly Change[]): readonly FieldEdit[] {
  const fields = Object.keys(node).filter(field => !NOT_DRAWN.has(field));
  return changes.flatMap(change =>
    fields.flatMap(field => replacements(node[field], change).map(value => editOf(node, field, value))),
  );
}

/** The value with one place in it rewritten, for each place. */
function replacements(value: unknown, change: Change): readonly unknown[] {
  const here = rewritten(value, change);
  if (typeof value !== 'object' || value === null) return here;
  const inside = Object.entries(value).flatMap(([key, inner]) =>
    replacements(inner, change).map(next =>
      Array.isArray(value) ? value.with(Number(key), next) : { ...value, [key]: next },
    ),
  );
  return [...here, ...inside];
}

function editOf(node: FlowNode, field: string, to: unknown): FieldEdit {
  const label = typeof node.name === 'string' && node.name !== '' ? node.name : node.type;
  const from = node[field];
  return { node: node.id, label, field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function unique(edits: readonly FieldEdit[]): readonly FieldEdit[] {
  const seen = new Set<string>();
  return edits.filter(edit => {
    const key = canonicalJson(edit);
    if (seen.has(key) || canonicalJson([edit.from]) === canonicalJson([edit.to])) return false;
    seen.add(key);
    return true;
  });
}

/** A value that comes from a variable, which somebody set for a reason. */
export function variableIn(value: unknown): string | undefined {
  return typeof value === 'string' ? /\$\{[^}]*\}/.exec(value)?.[0] : undefined;
}

/** The flow with one field changed. */
export function edited(flow: readonly unknown[], { node, field, to }: FieldEdit): readonly unknown[] {
  return flow.map(one => {
    if (!isOurs(one) || one.id !== node) return one;
    const { [field]: _before, ...rest } = one;
    return to === undefined ? rest : { ...one, [field]: to };
  });
}
