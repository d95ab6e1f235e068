// Whether an earlier rule decides every request that a later one could, so that the later one is never reached. In doubt it does
// not: a rule that is hidden and not reported costs nothing.
import type { Range } from '../../lanes/filter/ir.ts';
import { merged } from '../../lanes/filter/terms.ts';
import type { ModbusRule } from './rules.ts';

/** Pure. */
export function modbusRuleCovers(earlier: ModbusRule, later: ModbusRule): boolean {
  // What is above a rate goes on to the next rule.
  if (earlier.rate !== undefined) return false;
  return (
    coversDirection(earlier, later) &&
    within(unitsOf(earlier), unitsOf(later)) &&
    (earlier.functions.length === 0 || within(functionsOf(earlier), functionsOf(later))) &&
    coversPlaces(earlier, later)
  );
}

/** Where it is not known who asks, a rule that lets pass one side decides nothing, and one that denies it decides. */
function coversDirection({ direction: one = 'both', action }: ModbusRule, later: ModbusRule): boolean {
  if (one === 'both') return true;
  return one === later.direction && (action !== 'accept' || later.action === 'accept');
}

/**
 * A rule that accepts wants everything inside that it names, one that denies takes any part. So what a later rule denies may
 * reach beyond what an earlier one accepts; and a rule that denies values says nothing of requests that write none.
 */
function coversPlaces(earlier: ModbusRule, later: ModbusRule): boolean {
  if (earlier.registers.length === 0 && earlier.values.length === 0) return true;
  const [accepts, laterAccepts] = [earlier.action === 'accept', later.action === 'accept'];
  if (accepts && !laterAccepts) return false;
  if (earlier.values.length > 0 && accepts !== laterAccepts) return false;
  return registersWithin(earlier, later) && within(valuesOf(earlier), valuesOf(later));
}

function registersWithin(earlier: ModbusRule, later: ModbusRule): boolean {
  if (earlier.registers.length === 0) return true;
  // Requests without registers fit a rule that names none.
  if (later.registers.length === 0) return false;
  const tables = new Set(later.registers.map(({ table }) => table));
  return [...tables].every(table => {
    const own = registersOf(earlier, table);
    return own.length > 0 && within(own, registersOf(later, table));
  });
}

function registersOf({ registers }: ModbusRule, table: string): readonly Range[] {
  return merged(registers.flatMap(range => (range.table === table ? [[range.first, range.last] as const] : [])));
}

function unitsOf({ units }: ModbusRule): readonly Range[] {
  return merged(units.map(({ first, last }) => [first, last]));
}

function functionsOf({ functions }: ModbusRule): readonly Range[] {
  return merged(functions.map(code => [code, code]));
}

function valuesOf({ values }: ModbusRule): readonly Range[] {
  return merged(values.map(({ least, most }) => [least, most]));
}

/** Whether every number of the second is in the first. An empty list means any. */
function within(outer: readonly Range[], inner: readonly Range[]): boolean {
  if (outer.length === 0) return true;
  if (inner.length === 0) return false;
  return inner.every(([least, most]) => outer.some(([from, to]) => from <= least && most <= to));
}
