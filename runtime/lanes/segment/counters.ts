// What is counted of every node, as rows of doubles in shared memory: the lane's thread writes, anyone may read. Rows are
// found by the node's id and stay when a graph is replaced.
import { LINE_BYTES, LINE_DOUBLES } from '../memory/layout.ts';

/** Places in a row. For every node `rx` = `tx` + the drops + what is in flight. */
export const COUNTER = {
  /** Frames that came to the node. */
  rx: 0,
  /** Frames that went on from it, each once however many wires it took. */
  tx: 1,
  /** Drops: refused by the filter. */
  dropFilter: 2,
  /** Drops: the output has no wire. */
  dropNobody: 3,
  /** Drops: the port took no more. */
  dropQueue: 4,
  /** Drops: too short for what was to be written. */
  dropMalformed: 5,
  /** Not a loss: frames that a tap did not pick. */
  skipped: 6,
  /** Frames that left by the output for rejected ones; part of `tx`. */
  rejected: 7,
  /** Bytes that came in, of ports in; or went out, of ports out and taps. */
  bytes: 8,
  /** Frames copied before they were written to. */
  copied: 9,
  /** Of a tap: frames picked but above its rate; part of the drops. */
  dropRate: 10,
  /** Bursts, of ports in. */
  bursts: 11,
  /** Of a tap: frames since the last one picked. No figure. */
  phase: 12,
  /** Of a port out or tap: frames in its hands when the thread crashed; they come again. */
  interrupted: 13,
  /** Frames that left by the output for what is logged, beside their way; no part of `tx`. */
  logged: 14,
} as const;
export type CounterName = Exclude<keyof typeof COUNTER, 'phase'>;

/** Those that a received frame may end as instead of `tx`. */
export const DROPS = [
  'dropFilter',
  'dropNobody',
  'dropQueue',
  'dropMalformed',
  'dropRate',
  'skipped',
  'interrupted',
] as const;

/** The counters of one node. */
export type NodeFigures = Readonly<Record<CounterName, number>>;

/** Row of every node by its id. */
export type CounterRows = Readonly<Record<string, number>>;

export function createCounterMemory(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * LINE_BYTES);
}

/** Reads one row. */
export function figuresOfRow(counters: Float64Array, row: number): NodeFigures {
  const at = row * LINE_DOUBLES;
  const names = Object.keys(COUNTER).filter(name => name !== 'phase') as CounterName[];
  return Object.fromEntries(names.map(name => [name, counters[at + COUNTER[name]] ?? 0])) as NodeFigures;
}

/** Frames that came to a node and are neither gone on nor dropped: in its hands at this moment. */
export function inFlightOf(figures: NodeFigures): number {
  return figures.rx - figures.tx - DROPS.reduce((sum, name) => sum + figures[name], 0);
}

/** Gives rows to nodes; lives where lanes are set up. */
export class CounterTable {
  /** Hand this to the lane's thread. */
  readonly shared: SharedArrayBuffer;
  readonly #counters: Float64Array;
  readonly #rows = new Map<string, number>();
  readonly #free: number[];

  /** @param rows  most nodes at a time */
  constructor(rows: number) {
    this.shared = createCounterMemory(rows);
    this.#counters = new Float64Array(this.shared);
    this.#free = Array.from({ length: rows }, (_, row) => rows - 1 - row);
  }

  /** Rows for nodes: those that had one keep it, with what it counts. @throws Error when there are none left */
  assign(ids: readonly string[]): CounterRows {
    return Object.fromEntries(ids.map(id => [id, this.#rows.get(id) ?? this.#newRow(id)]));
  }

  /** Takes back the rows of all other nodes. Not before the thread has stopped writing to them. */
  keepOnly(ids: readonly string[]): void {
    const kept = new Set(ids);
    for (const [id, row] of this.#rows)
      if (!kept.has(id)) {
        this.#rows.delete(id);
        this.#free.push(row);
      }
  }

  /** Counters of a node; `undefined` when it has none. */
  figures(id: string): NodeFigures | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : figuresOfRow(this.#counters, row);
  }

  #newRow(id: string): number {
    const row = this.#free.pop();
    if (row === undefined)
      throw new Error(`there is no room to count node ${id}: ${this.#rows.size} nodes are counted`);
    this.#counters.fill(0, row * LINE_DOUBLES, (row + 1) * LINE_DOUBLES);
    this.#rows.set(id, row);
    return row;
  }
}
