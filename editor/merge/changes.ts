// What somebody changed in a drawing, node by node and field by field. Pure.

export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
/** Whose change: that of whoever sits here, or of who deployed meanwhile. */
export type Choice = 'mine' | 'theirs';

export interface FieldChanged {
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface NodeChanged {
  readonly node: string;
  /** Name of the node or its type, for people. */
  readonly label: string;
  readonly how: 'added' | 'removed' | 'changed' | 'moved';
  /** Of a node that was changed. */
  readonly fields: readonly FieldChanged[];
}

/** Where a node is drawn, which is nothing to quarrel about. */
export const POSITION: ReadonlySet<string> = new Set(['x', 'y', 'w', 'h', 'order']);

/** Nodes of a list by their ids; what is no node is left out. */
export function byId(flow: readonly unknown[]): ReadonlyMap<string, FlowNode> {
  const nodes = flow.filter((one): one is FlowNode => typeof (one as Partial<FlowNode> | null)?.id === 'string');
  return new Map(nodes.map(node => [node.id, node]));
}

/** Every node that is not the same in both. */
export function nodesChanged(from: readonly unknown[], to: readonly unknown[]): readonly NodeChanged[] {
  const [before, after] = [byId(from), byId(to)];
  const gone = [...before.values()].filter(({ id }) => !after.has(id));
  const others = [...after.values()].flatMap((node): readonly NodeChanged[] => {
    const old = before.get(node.id);
    if (old === undefined) return [{ ...namesOf(node), how: 'added', fields: [] }];
    const fields = fieldsChanged(old, node);
    if (fields.length === 0) return [];
    const how = fields.every(({ field }) => POSITION.has(field)) ? 'moved' : 'changed';
    return [{ ...namesOf(node), how, fields: fields.filter(({ field }) => !POSITION.has(field)) }];
  });
  return [...others, ...gone.map(node => ({ ...namesOf(node), how: 'removed' as const, fields: [] }))];
}

/** Every field that differs. Absent and `undefined` are the same. */
export function fieldsChanged(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): readonly FieldChanged[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names
    .filter(field => !same(from[field], to[field]))
    .map(field => ({
      field,
      ...(from[field] === undefined ? {} : { from: from[field] }),
      ...(to[field] === undefined ? {} : { to: to[field] }),
    }));
}

/** Whether two values say the same, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every(key => same(left[key], right[key]));
}

export function namesOf(node: FlowNode): { readonly node: string; readonly label: string } {
  const named = [node.name, node.label].find(name => typeof name === 'string' && name !== '');
  return { node: node.id, label: typeof named === 'string' ? named : node.type };
}
