// What sets two drawings apart, as text: tenant by tenant, what came, what went, and what differs.
import { parseAddress } from '../model/address.ts';
import { NOUNS } from '../model/kind-words.ts';
import type { FieldChange } from '../model/plan.ts';
import type { DesignChange, DesignComparison, OwnerChange } from './compare.ts';
import { compareText } from './layers.ts';
import { oneLine, renderChange } from './render-value.ts';

export const NOTHING_DIFFERS = 'Nothing differs. Both drawings ask for the same.';

const SIGNS = { create: '+', update: '~', remove: '-' } as const;
const WORDS = { create: 'came', update: 'changed', remove: 'went' } as const;

/** Lines without line breaks and without colour. */
export function renderComparison({ owners, resources }: DesignComparison): readonly string[] {
  if (owners.length + resources.length === 0) return [NOTHING_DIFFERS];
  const groups = Map.groupBy(resources, ({ tenant }) => tenant ?? '');
  const tenants = [...groups].sort(([a], [b]) => Number(a === '') - Number(b === '') || compareText(a, b));
  return [
    `${tally([...owners, ...resources])}.`,
    ...(owners.length === 0 ? [] : ['', ...owners.flatMap(ownerLines)]),
    ...tenants.flatMap(([tenant, changes]) => ['', tenant === '' ? 'shared' : tenant, ...changes.flatMap(lines)]),
  ];
}

/** `2 came, 1 changed`. */
function tally(changes: readonly Pick<DesignChange, 'action'>[]): string {
  const counts = Object.entries(WORDS).map(([action, word]) => {
    const count = changes.filter(change => change.action === action).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return counts.flat().join(', ');
}

function ownerLines({ action, of, name, changes }: OwnerChange): readonly string[] {
  return [`${SIGNS[action]} ${of} ${name}`, ...changes.map(fieldLine)];
}

function lines({ action, kind, address, was, changes }: DesignChange): readonly string[] {
  const former = was === undefined ? '' : `, ${nameOf(was)} before`;
  return [`${SIGNS[action]} ${NOUNS[kind]} ${nameOf(address)}${former}`, ...changes.map(fieldLine)];
}

function fieldLine({ field, from, to }: FieldChange): string {
  return `    ${fieldWords(field)}: ${renderChange(from, to)}`;
}

/** `robot-a on cell-7`. */
function nameOf(address: string): string {
  const parts = parseAddress(address);
  return parts === undefined ? address : `${parts.name} on ${parts.gateway}`;
}

/** `links[plc-guard].rules[modbus].ports[0]` → `links plc-guard, rules modbus, ports 1`: places are counted from 1. */
export function fieldWords(field: string): string {
  const parts = [...field.matchAll(/([^.[\]]+)((?:\[[^\]]*\])*)/g)];
  const words = parts.map(([, name = '', keys = '']) => [spaced(name), ...keysOf(keys)].join(' '));
  return oneLine(words.join(', '));
}

function keysOf(keys: string): readonly string[] {
  return [...keys.matchAll(/\[([^\]]*)\]/g)].map(([, key = '']) => (/^\d+$/.test(key) ? `${Number(key) + 1}` : key));
}

/** `kernelArguments` → `kernel arguments`, `memoryMiB` → `memory MiB`. */
function spaced(name: string): string {
  return name
    .split(/(?<=[a-z])(?=[A-Z])/)
    .map(word => (/^[A-Z][a-z]+$/.test(word) ? word.toLowerCase() : word))
    .join(' ')
    .replace(/mi B$/, 'MiB');
}
