// A firewall of eight rules on every frame of a lane: as generated code, against its table and the interpreter.
import { generateFilter } from '../../runtime/lanes/filter/generate.ts';
import { interpret } from '../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram } from '../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../runtime/lanes/filter/state.ts';
import { tableOf } from '../../runtime/lanes/filter/table.ts';
import { walkTable } from '../../runtime/lanes/filter/table-walker.ts';
import { lowerCan } from '../../runtime/protocols/can/rules.ts';
import { lowerModbus } from '../../runtime/protocols/modbus/rules.ts';
import { type Bench, type Figure, pairedRatio, summarize, timeMs } from './harness.ts';

const RULES = 8;
const FRAMES = 512;
/** Bytes from one frame to the next, as slots of a lane have. */
const STRIDE = 2048;
const BURST = 64;
const ROUNDS = 15;
/** Any fixed time: no rule here has a rate. */
const NOW = 1_700_000_000_000;

interface Subject {
  readonly name: string;
  readonly program: FilterProgram;
  /** A frame by its number; half of them are decided by a rule, each rule some, the others by none. */
  frame(index: number): readonly number[];
}

/** Each rule lets one unit read fifty registers. */
const modbus: Subject = {
  name: 'modbus',
  program: lowerModbus({
    rules: Array.from({ length: RULES }, (_, place) => ({
      id: `rule-${place}`,
      units: [{ first: place % 4, last: place % 4 }],
      functions: [3],
      registers: [{ table: 'holding' as const, first: place * 100, last: place * 100 + 49 }],
      values: [],
      action: 'accept' as const,
      log: false,
    })),
    otherwise: { action: 'drop', log: false },
  }),
  frame: index => {
    const place = index % RULES;
    const address = place * 100 + (Math.floor(index / RULES) % 2 === 0 ? 0 : 60);
    return [0, 1, 0, 0, 0, 6, place % 4, 3, address >> 8, address & 255, 0, 1 + (index % 50)];
  },
};

/** Each rule lets sixteen standard identifiers pass. */
const can: Subject = {
  name: 'can',
  program: lowerCan({
    rules: Array.from({ length: RULES }, (_, place) => ({
      id: `rule-${place}`,
      ids: [{ id: place * 32, mask: 0x7f0 }],
      format: 'standard' as const,
      remote: 'data' as const,
      type: 'any' as const,
      lengths: [],
      action: 'accept' as const,
      log: false,
    })),
    logDenied: false,
  }),
  frame: index => [(index * 16) & 255, 0, 0, 0, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, index & 255],
};

/** Runs the frames through each engine, burst by burst. */
function engines({ program, frame }: Subject) {
  const memory = new Uint8Array(new SharedArrayBuffer(FRAMES * STRIDE));
  const frames = Array.from({ length: FRAMES }, (_, index) => frame(index));
  for (const [index, bytes] of frames.entries()) memory.set(bytes, index * STRIDE);
  const bursts = Array.from({ length: FRAMES / BURST }, (_, burst) => {
    const numbers = Array.from({ length: BURST }, (_, index) => burst * BURST + index);
    return {
      starts: Int32Array.from(numbers, index => index * STRIDE),
      lengths: Int32Array.from(numbers, index => frames[index]?.length ?? 0),
    };
  });
  const generated = generateFilter(program);
  const table = tableOf(program);
  const state = freshState(program);
  const decisions = new Int32Array(BURST);
  const each = (decide: (start: number, length: number) => number) => (times: number) => {
    for (let time = 0; time < times; time += 1)
      for (const { starts, lengths } of bursts)
        for (let index = 0; index < BURST; index += 1)
          decisions[index] = decide(starts[index] as number, lengths[index] as number);
  };
  return {
    generated: (times: number) => {
      for (let time = 0; time < times; time += 1)
        for (const { starts, lengths } of bursts)
          generated.burst(memory, starts, lengths, BURST, NOW, state, decisions);
    },
    table: each((start, length) => walkTable(table, memory, start, length, NOW, state)),
    interpreter: each((start, length) => interpret(program, memory.subarray(start, start + length), NOW, state)),
  };
}

type Run = (times: number) => void;

/** @param about  how many times as long it will be: so often the baseline runs for once, so that both take about as long */
async function timesAsLong(subject: Run, baseline: Run, about: number): Promise<Pick<Figure, 'value' | 'spread'>> {
  const { value, spread } = await pairedRatio(
    () => subject(4),
    () => baseline(4 * about),
    ROUNDS,
  );
  return { value: value * about, spread: [spread[0] * about, spread[1] * about] };
}

async function figuresOf(subject: Subject): Promise<readonly Figure[]> {
  const { generated, table, interpreter } = engines(subject);
  const times = 400;
  generated(times);
  const nanoseconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    nanoseconds.push(((await timeMs(() => generated(times))) * 1e6) / (times * FRAMES));
  const { name } = subject;
  return [
    {
      id: `${name}-frame`,
      what: `${RULES} rules on one frame in bursts of ${BURST}, generated code, the loop included`,
      ...summarize(nanoseconds),
      unit: 'ns',
      goal: { better: 'lower', gate: 40, extreme: 5 },
    },
    {
      id: `${name}-table`,
      what: 'the walker of the table for native code takes so many times as long as generated code',
      ...(await timesAsLong(table, generated, 30)),
      unit: 'ratio',
    },
    {
      id: `${name}-interpreter`,
      what: 'the interpreter takes so many times as long as generated code',
      ...(await timesAsLong(interpreter, generated, 200)),
      unit: 'ratio',
      goal: { better: 'higher', gate: 30, extreme: 300 },
    },
  ];
}

export const bench: Bench = {
  what: 'a firewall of eight rules on every frame: generated code, its table, the interpreter',
  label: 'real',
  async run(note) {
    const figures: Figure[] = [];
    for (const subject of [modbus, can]) {
      note(subject.name);
      figures.push(...(await figuresOf(subject)));
    }
    return figures;
  },
};
