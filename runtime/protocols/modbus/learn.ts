// Rules for what masters ask: for each unit and function the registers that were reached and the values that were written. Ranges
// that touch are one; of values the least and the most are kept.
import type { Range } from '../../lanes/filter/ir.ts';
import { merged } from '../../lanes/filter/terms.ts';
import type { Learner, Proposal, ProposedRule, ProtocolLearning, SaidFrame } from '../learning.ts';
import { type ModbusRequest, parseRequest } from './pdu/request.ts';
import { REQUESTS, type Table } from './rule-requests.ts';
import type { ModbusRule } from './rules.ts';

/** Ranges of one rule [rules.ts]: of registers, where there are more, the smallest gaps are closed. */
const MOST_RANGES = 64;
const MOST_FUNCTION = 127;
const MOST_RULES = 256;

export const modbusLearning: ProtocolLearning = { name: 'modbus', learner: () => new ModbusLearner() };

/** What was asked of one unit by one function. */
interface Asked {
  readonly unit: number;
  readonly code: number;
  readonly way: SaidFrame['way'];
  readonly table: Table | undefined;
  registers: readonly Range[];
  values: Range | undefined;
  frames: number;
}

class ModbusLearner implements Learner {
  readonly #asked = new Map<string, Asked>();
  #taken = 0;
  #unsound = 0;

  take({ way, request: [unit, ...rest] }: SaidFrame): void {
    const [code = 0] = rest;
    const request = parseRequest(Uint8Array.from(rest));
    const isStrange = code >= 1 && code <= MOST_FUNCTION && !REQUESTS.some(known => known.code === code);
    if (unit === undefined || ('exception' in request && !isStrange)) {
      this.#unsound += 1;
      return;
    }
    this.#taken += 1;
    const asked = this.#of(unit, code, way);
    asked.frames += 1;
    if ('exception' in request) return;
    asked.registers = closed(merged([...asked.registers, ...reachedBy(request)]));
    const written = writtenBy(request);
    if (written.length > 0) asked.values = spanOf(asked.values, written);
  }

  propose(): Proposal {
    const all = [...this.#asked.values()];
    const alike = groups(all, ({ code, way, registers, values }) => [code, way, registers, values]);
    // So many rules are read by nobody: what was asked by one function becomes one, still of the units that were asked.
    const kept = alike.length <= MOST_RULES ? alike : groups(all, ({ code, way }) => [code, way]);
    const rules = kept.flatMap(byUnits).map(ruleOf).toSorted(byPlace);
    return { rules: rules.map(({ rule, frames }) => ({ rule, frames })), ...this.#figures() };
  }

  #figures() {
    return { taken: this.#taken, unsound: this.#unsound };
  }

  #of(unit: number, code: number, way: Asked['way']): Asked {
    const key = `${unit} ${code} ${way}`;
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const table = REQUESTS.find(request => request.code === code)?.reaches[0]?.table;
    const fresh: Asked = { unit, code, way, table, registers: [], values: undefined, frames: 0 };
    this.#asked.set(key, fresh);
    return fresh;
  }
}

interface PlacedRule extends ProposedRule {
  readonly unit: number;
  readonly code: number;
}

function groups(asked: readonly Asked[], alike: (one: Asked) => unknown): readonly (readonly Asked[])[] {
  return [...Map.groupBy(asked, one => JSON.stringify(alike(one))).values()];
}

/** Not more ranges of units than a rule may have; no gap is closed, for nobody asked the units in it. */
function byUnits(asked: readonly Asked[]): readonly (readonly Asked[])[] {
  const ranges = merged(asked.map(({ unit }) => [unit, unit]));
  return Array.from({ length: Math.ceil(ranges.length / MOST_RANGES) }, (_, part) => {
    const own = ranges.slice(part * MOST_RANGES, (part + 1) * MOST_RANGES);
    return asked.filter(({ unit }) => own.some(([first, last]) => first <= unit && unit <= last));
  });
}

/** @param asked  of one function; what differs is put together */
function ruleOf(asked: readonly Asked[]): PlacedRule {
  const [{ unit, code, way, table } = NOTHING] = asked;
  const registers = closed(merged(asked.flatMap(one => one.registers)));
  const values = asked.reduce<Range | undefined>(
    (span, one) => (one.values ? spanOf(span, one.values) : span),
    undefined,
  );
  const units = merged(asked.map(one => [one.unit, one.unit])).map(([first, last]) => ({ first, last }));
  const ranges = table === undefined ? [] : registers.map(([first, last]) => ({ table, first, last }));
  const rule: ModbusRule = {
    ...{ id: `f${code}-u${unit}${way === 'to-vm' ? '-in' : ''}`, action: 'accept', direction: way },
    ...{ units, functions: [code], registers: ranges, log: false },
    values: values === undefined ? [] : [{ least: values[0], most: values[1] }],
  };
  return { rule, frames: asked.reduce((sum, { frames }) => sum + frames, 0), unit, code };
}

const NOTHING: Asked = {
  ...{ unit: 0, code: 0, way: 'both', table: undefined, registers: [], values: undefined, frames: 0 },
};

function byPlace(a: PlacedRule, b: PlacedRule): number {
  return a.unit - b.unit || a.code - b.code;
}

/** Rows of addresses, of one table each function has. */
function reachedBy(request: ModbusRequest): readonly Range[] {
  const row = (first: number, count: number): Range => [first, first + count - 1];
  switch (request.function) {
    case 43:
      return [];
    case 5:
    case 6:
    case 22:
      return [row(request.address, 1)];
    case 15:
    case 16:
      return [row(request.address, request.values.length)];
    case 23:
      return [row(request.address, request.quantity), row(request.writeAddress, request.values.length)];
    default:
      return [row(request.address, request.quantity)];
  }
}

/** None where a request does not tell which values will be there. */
function writtenBy(request: ModbusRequest): readonly number[] {
  if ('value' in request) return [Number(request.value)];
  return 'values' in request ? request.values.map(Number) : [];
}

function spanOf(span: Range | undefined, values: readonly number[]): Range {
  const [least, most] = span ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return [values.reduce((a, b) => Math.min(a, b), least), values.reduce((a, b) => Math.max(a, b), most)];
}

/** Not more ranges than a rule may have. */
function closed(ranges: readonly Range[]): readonly Range[] {
  if (ranges.length <= MOST_RANGES) return ranges;
  const gapBefore = (place: number) => (ranges[place]?.[0] ?? 0) - (ranges[place - 1]?.[1] ?? 0);
  const places = [...ranges.keys()].slice(1).toSorted((a, b) => gapBefore(a) - gapBefore(b));
  const joined = new Set(places.slice(0, ranges.length - MOST_RANGES));
  const kept: Range[] = [];
  for (const [place, range] of ranges.entries()) {
    const open = joined.has(place) ? kept.pop() : undefined;
    kept.push([open?.[0] ?? range[0], range[1]]);
  }
  return kept;
}
