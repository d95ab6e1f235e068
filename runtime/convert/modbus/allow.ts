// Rules that let pass requests for exactly some registers, one for each unit and function.
import type { ModbusAccess } from '../foreign-type.ts';

interface Allowed {
  /** As the form of a firewall stores them. */
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly words: readonly string[];
}

const FUNCTIONS: Readonly<Record<number, { readonly id: string; readonly table: string; readonly words: string }>> = {
  1: { id: 'read-coils', table: 'coil', words: 'read coils' },
  2: { id: 'read-discrete', table: 'discrete', words: 'read discrete inputs' },
  3: { id: 'read-holding', table: 'holding', words: 'read holding registers' },
  4: { id: 'read-input', table: 'input', words: 'read input registers' },
  5: { id: 'write-coil', table: 'coil', words: 'write one coil' },
  6: { id: 'write-holding', table: 'holding', words: 'write one holding register' },
  15: { id: 'write-coils', table: 'coil', words: 'write coils' },
  16: { id: 'write-holdings', table: 'holding', words: 'write holding registers' },
};

/** Ranges in one rule; more would not fit the line of the form. */
const RANGES = 20;

export function allowModbus(access: readonly ModbusAccess[]): Allowed {
  const groups = Map.groupBy(access, ({ unit, function: code }) => unit * 256 + code);
  const inOrder = [...groups].sort(([one], [other]) => one - other).map(([, group]) => group);
  const allowed = inOrder.flatMap(group =>
    chunks(rangesOf(group)).map((ranges, part) => allow(group[0], ranges, part)),
  );
  return { rules: allowed.map(({ rule }) => rule), words: allowed.map(({ words }) => words) };
}

function allow(first: ModbusAccess | undefined, ranges: readonly string[], part: number) {
  const [unit, code] = [first?.unit ?? 0, first?.function ?? 0];
  const { id, table, words } = FUNCTIONS[code] ?? {
    id: `function-${code}`,
    table: 'holding',
    words: `function ${code}`,
  };
  const rule = {
    id: `unit-${unit}-${id}${part === 0 ? '' : `-${part + 1}`}`,
    ...{ action: 'accept', exception: 'illegal-function', direction: 'both', rate: '' },
    ...{ units: String(unit), functions: String(code), registers: ranges.map(range => `${table} ${range}`).join(', ') },
    ...{ values: '', log: false },
  };
  return { rule, words: `unit ${unit}: ${words} ${ranges.join(', ')}` };
}

/** All registers that were asked for, in as few ranges as can be: a rule takes neighbours together anyway. */
function rangesOf(group: readonly ModbusAccess[]): readonly string[] {
  const inOrder = group.toSorted((one, other) => one.first - other.first);
  const ranges: [number, number][] = [];
  for (const { first, count } of inOrder) {
    const open = ranges.at(-1);
    if (open !== undefined && first <= open[1] + 1) open[1] = Math.max(open[1], first + count - 1);
    else ranges.push([first, first + count - 1]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
}

function chunks(ranges: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ranges.length / RANGES) }, (_, at) =>
    ranges.slice(at * RANGES, (at + 1) * RANGES),
  );
}
