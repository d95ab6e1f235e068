// What the html of a node set says of its type as plain values: see editor/register-type.ts.
import type { NodeFacts } from '../../editor/node-facts.ts';
import type { ShownType } from '../../editor/register-type.ts';
import type { NodeFolder } from './node-folder.ts';
import { saidLook } from './said-look.ts';

/** @throws Error when its form script says no category or colour */
export function shownType(folder: NodeFolder, facts: NodeFacts): ShownType {
  const { category, color, icon, outputs } = saidLook(folder);
  const fields = Object.entries(facts.defaults).map(([field, value]) => {
    const type = facts.references[field];
    return [field, type === undefined ? { value } : { value, type }] as const;
  });
  const defaults = Object.fromEntries(fields);
  if (category === 'config') return { category, color, defaults };
  const inputs = facts.accepts.length > 0 || facts.takesMessages ? 1 : 0;
  const ports = { inputs, outputs: outputs ?? (facts.passes ? 1 : facts.outputs.length) };
  return { category, color, ...(icon === undefined ? {} : { icon }), ...ports, defaults };
}

/** As the source of an object whose keys are names wherever they can be: what parses it looks for those. */
export function source(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => `${nameOf(key)}: ${source(one)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function nameOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
