// Fills variables into the fields of one node. A variable is a whole value, as in Node-RED; inside a text it is not one.
import type { NodeType, StoredFields } from '../../model/node-type.ts';
import { quoted } from '../../model/plain-text.ts';
import type { Source } from '../../model/resource.ts';
import { type EnvFault, variableIn } from '../expand/env.ts';
import type { PlacedNode } from '../expand/place.ts';
import type { Findings } from '../findings.ts';

export interface FilledFields {
  /** Fields of the node over those of a fresh one. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields that hold a variable without a value. */
  readonly faulty: ReadonlySet<string>;
}

/** @param stored  as this version of the type has them */
export function fillIn(
  stored: StoredFields,
  env: PlacedNode['env'],
  nodeType: NodeType,
  source: Source,
  findings: Findings,
): FilledFields {
  const faulty = new Set<string>();
  const fields: Record<string, unknown> = { ...nodeType.defaults };
  for (const field of Object.keys(nodeType.defaults)) {
    const raw = stored[field];
    if (raw === undefined) continue;
    fields[field] = mayHoldVariable(raw) ? resolve(raw, field, find(field)) : raw;
  }
  return { fields, faulty };

  function find(field: string): Find {
    return (variable, path) => {
      const found = variable === undefined ? ({ fault: 'embedded' } as const) : env.find(variable);
      if ('value' in found) return found.value;
      faulty.add(field);
      findings.add({ source, field: path, ...wordsFor(found.fault, variable, source) });
      return '';
    };
  }
}

/** WHY asked first: nearly no field holds one, and a field that does not needs no copy. */
function mayHoldVariable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('$');
  if (typeof value !== 'object' || value === null) return false;
  for (const item of Object.values(value)) if (mayHoldVariable(item)) return true;
  return false;
}

/** @param find  gives a variable's value; called with `undefined` for one inside other text */
type Find = (variable: string | undefined, path: string) => unknown;

function resolve(value: unknown, path: string, find: Find): unknown {
  if (typeof value === 'string') {
    if (!value.includes('$')) return value;
    const variable = variableIn(value);
    if (variable !== undefined) return find(variable, path);
    return /\$\{\w+\}/.test(value) ? find(undefined, path) : value;
  }
  if (Array.isArray(value)) return value.map((item, index) => resolve(item, `${path}[${index}]`, find));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, `${path}.${key}`, find)]));
}

function wordsFor(fault: EnvFault | 'embedded', variable: string | undefined, source: Source) {
  const name = quoted(variable ?? '');
  const words = {
    unknown: {
      code: 'GW_ENV_UNKNOWN',
      summary: `${source.label} uses the variable ${name}, which is not defined here.`,
      remedy:
        'Define it in the group, the tab, the subflow instance or the global settings, or write the value itself.',
    },
    unusable: {
      code: 'GW_ENV_UNUSABLE',
      summary: `${source.label} uses the variable ${name}, whose value is not in the flow or does not fit its type.`,
      remedy: 'Give the variable a plain text, number or switch; secrets and expressions cannot be part of a drawing.',
    },
    loop: {
      code: 'GW_ENV_LOOP',
      summary: `${source.label} uses the variable ${name}, which refers to itself in the end.`,
      remedy: 'Give one of the variables a value of its own.',
    },
    embedded: {
      code: 'GW_ENV_EMBEDDED',
      summary: `${source.label} has a variable inside other text, where Node-RED does not fill it in.`,
      remedy: 'Let the variable be the whole value.',
    },
  } as const;
  return words[fault];
}
