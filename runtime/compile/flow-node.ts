// One entry of a flow file as it was written: an id, a type, and fields that nobody has looked at yet.

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A field that is text; `undefined` when it is anything else. */
export function textOf(node: FlowNode, field: string): string | undefined {
  const value = Object.hasOwn(node.raw, field) ? node.raw[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Texts of a list; whatever else it holds is left out. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter(item => typeof item === 'string');
}

/** Ids wired to one output. */
export function wiredTo(node: FlowNode, port: number): readonly string[] {
  return textsOf(listOf(node.raw.wires)[port]);
}
