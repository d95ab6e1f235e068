// Fields of nodes of other packs, which store numbers as text or as numbers, and now and then a variable.
import { type FlowNode, isRecord } from '../compile/flow-node.ts';

/** Text of a field; a number is written out; `''` for anything else. */
export function textField(node: FlowNode, field: string): string {
  const value = rawField(node.raw, field);
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** A whole number; `undefined` when it is none, or a variable. */
export function wholeField(node: FlowNode, field: string): number | undefined {
  return wholeNumber(rawField(node.raw, field));
}

/** A number from 0; `undefined` when it is none. */
export function amountField(node: FlowNode, field: string): number | undefined {
  const text = textField(node, field);
  return /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
}

export function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : undefined;
}

/** Whether a text is put together of variables, as the editor has them. */
export function hasVariable(text: string): boolean {
  return text.includes('${');
}

export function rawField(record: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

/** A JSON object in a text; `undefined` when it is none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > 100_000) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What an inject node sends as payload, when that is written in it; `undefined` when it is not, or for other nodes. */
export function injectedPayload(node: FlowNode): unknown {
  if (node.type !== 'inject') return undefined;
  const text = textField(node, 'payload');
  switch (textField(node, 'payloadType')) {
    case 'json':
      return jsonObject(text);
    case 'str':
      return text;
    default:
      return undefined;
  }
}
