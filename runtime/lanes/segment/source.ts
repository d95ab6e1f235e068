// A graph as JavaScript text. A frame goes through the whole graph before the next one does, so frames never overtake each
// other, whichever way they go. Nodes become code within one function; where it grows too large for the optimiser of V8, or
// several wires join, a further function is called. Only whole numbers get from a graph into the text; filters see to
// themselves (see filter/generate.ts).
import { ACTION, LOG_BIT, TAG_SHIFT } from '../filter/decision.ts';
import { filterSource } from '../filter/generate.ts';
import type { FilterProgram } from '../filter/ir.ts';
import { CLASS_SHIFT, HEAD, LENGTH_MASK, LINE_DOUBLES, SLOT } from '../memory/layout.ts';
import type { CheckedGraph } from './checked-graph.ts';
import type { Copies } from './copies.ts';
import { COUNTER } from './counters.ts';
import { flushText } from './flush.ts';
import { type LaneNode, LOGGED } from './graph.ts';

/** Nodes in one function. */
const MOST_INLINE = 12;
const ACCEPT = ACTION.accept << 8;
const REJECT = ACTION.reject << 8;

export interface SourceInput {
  readonly graph: CheckedGraph;
  readonly copies: Copies;
  /** Row of counters of each node. */
  readonly row: (node: LaneNode) => number;
  /** First slot for copies. */
  readonly workFirst: number;
}

/** A whole number as text. @throws TypeError for anything else: nothing but numbers gets into the source */
export function numberText(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no whole number`);
  return value < 0 ? `(${value})` : String(value);
}

/** The program of a node that has one. */
export function programOf(node: LaneNode): FilterProgram | undefined {
  return node.kind === 'filter' || node.kind === 'tap' ? node.program : undefined;
}

/**
 * Text of the body of a function of
 * `bytes` and `words` (the memory of frames), `counters`, `lists` (a Burst per port out and tap) and `states` (per node with a
 * program), in the order of the graph's nodes. It returns one function `(slots, words, count, now)` per port in.
 */
export function segmentSource(input: SourceInput): string {
  return new SegmentWriter(input).text();
}

/** Counts down how many nodes a function may still hold. */
interface Budget {
  left: number;
}

class SegmentWriter {
  readonly #input: SourceInput;
  readonly #names: ReadonlyMap<LaneNode, number>;
  /** Text of the further functions by their node. */
  readonly #functions = new Map<LaneNode, string>();
  #variables = 0;

  constructor(input: SourceInput) {
    this.#input = input;
    this.#names = new Map(input.graph.graph.nodes.map((node, index) => [node, index]));
  }

  text(): string {
    const { graph } = this.#input;
    const entries = graph.ofKind('port-in').map(entry => this.#entry(entry));
    const further = [...this.#functions.values()].join('');
    // WHY: variables of a function are faster, but other functions cannot write to them.
    const shared = this.#functions.size > 0;
    const filters = graph.graph.nodes.map(node => this.#filter(node)).join('');
    const lists = graph.graph.nodes.map(node => this.#list(node)).join('');
    const variables = `let k = 0${this.#counting.map(name => `, ${name} = 0`).join('')};\n`;
    const bodies = entries.map(({ body, flush }, index) =>
      shared
        ? `function run${index}(S, W, n, at) {\nnow = at;\n${body}${flush}k = 0;\n}\n`
        : `function run${index}(S, W, n, now) {\n${variables}${body}${flush}}\n`,
    );
    return `'use strict';
${filters}${lists}${shared ? `let now = 0;\n${variables}` : ''}${further}${bodies.join('')}return [${entries.map((_, index) => `run${index}`).join(', ')}];
`;
  }

  /** Names of what is counted while frames run: everything else follows from that. */
  get #counting(): readonly string[] {
    return this.#input.graph.graph.nodes.flatMap(node => {
      const name = this.#name(node);
      if (node.kind === 'filter') return [`d${name}`, `r${name}`, `l${name}`];
      if (node.kind === 'rewrite') return [`m${name}`];
      if (node.kind === 'tap') return [`o${name}`, `q${name}`];
      return node.kind === 'port-out' ? [`o${name}`] : [];
    });
  }

  #name(node: LaneNode): string {
    return numberText(this.#names.get(node) ?? -1);
  }

  #filter(node: LaneNode): string {
    const program = programOf(node);
    return program === undefined ? '' : filterSource(program, `f${this.#name(node)}`);
  }

  #list(node: LaneNode): string {
    if (node.kind !== 'tap' && node.kind !== 'port-out') return '';
    const name = this.#name(node);
    return `const L${name} = lists[${name}], OS${name} = L${name}.slots, OW${name} = L${name}.words;\n`;
  }

  #entry(entry: LaneNode): { readonly body: string; readonly flush: string } {
    const { graph, row, copies } = this.#input;
    const budget = { left: MOST_INLINE };
    const body = this.#outputs(entry, 0, 's', 'w', budget);
    const phases = graph.ofKind('tap').filter(node => node.every > 1 && graph.visits(entry, node) > 0);
    // Where a tap is between two frames that it picks goes on from burst to burst.
    const begin = phases.map(node => `q${this.#name(node)} = ${this.#phase(node)};\n`).join('');
    const end = phases.map(node => `${this.#phase(node)} = q${this.#name(node)};\n`).join('');
    return {
      body: `${begin}let b = 0;\nfor (let i = 0; i < n; i += 1) {\nconst s = S[i], w = W[i];\nb += w & ${LENGTH_MASK};\n${body}}\n`,
      flush: end + flushText({ graph, entry, copies, row, name: node => this.#name(node) }),
    };
  }

  #outputs(node: LaneNode, output: number, slot: string, word: string, budget: Budget): string {
    const ways = this.#input.graph.next(node, output);
    return ways.map(way => this.#way(way, slot, word, budget)).join('');
  }

  #way(node: LaneNode, slot: string, word: string, budget: Budget): string {
    const joins = this.#input.graph.senders(node).length > 1;
    if (!joins && budget.left > 0) return this.#node(node, slot, word, budget);
    if (!this.#functions.has(node)) {
      const body = this.#node(node, 's', 'w', { left: MOST_INLINE });
      this.#functions.set(node, `function p${this.#name(node)}(s, w) {\n${body}}\n`);
    }
    return `p${this.#name(node)}(${slot}, ${word});\n`;
  }

  /** What a node does with the frame in two variables, and all that comes behind it. */
  #node(node: LaneNode, slot: string, word: string, budget: Budget): string {
    budget.left -= 1;
    const on = (output: number, s = slot, w = word) => this.#outputs(node, output, s, w, budget);
    switch (node.kind) {
      case 'filter':
        return this.#filtered(node, slot, word, on);
      case 'mark': {
        const target = this.#target(node, slot, word);
        const at = `(${target.slot} << ${SLOT.shift - 2}) + ${HEAD.mark / 4}`;
        return `${target.text}words[${at}] = ${numberText(node.mark)};\n${on(0, target.slot)}`;
      }
      case 'rewrite':
        return this.#rewritten(node, slot, word, on);
      case 'cut': {
        const shorter = this.#variable();
        const most = numberText(node.length);
        const text = `(${word} & ${LENGTH_MASK}) > ${most} ? (${word} & ~${LENGTH_MASK}) | ${most} : ${word}`;
        return `const ${shorter} = ${text};\n${on(0, slot, shorter)}`;
      }
      case 'tap':
        return this.#tapped(node, slot, word);
      case 'port-out':
        return this.#kept(node, slot, word);
      default:
        return on(0);
    }
  }

  #decision(node: LaneNode, slot: string, word: string): string {
    const name = this.#name(node);
    return `f${name}(bytes, (${slot} << ${SLOT.shift}) + ${SLOT.headBytes}, ${word} & ${LENGTH_MASK}, now, states[${name}])`;
  }

  #filtered(node: LaneNode, slot: string, word: string, on: (output: number, s: string, w: string) => string): string {
    const name = this.#name(node);
    const decision = this.#variable();
    const logged = this.#logged(node, slot, word, decision, on);
    const accepted = `const ${decision} = ${this.#decision(node, slot, word)};\n${logged}if (${decision} & ${ACCEPT}) {\n${on(0, slot, word)}}`;
    if (this.#input.graph.next(node, 1).length === 0) return `${accepted} else d${name} += 1;\n`;
    const tagged = this.#variable();
    const tag = `const ${tagged} = (${word} & ${LENGTH_MASK}) | ((${decision} & 255) << 16);\n`;
    const rejected = `r${name} += 1;\n${tag}${on(1, slot, tagged)}`;
    return `${accepted} else if (${decision} & ${REJECT}) {\n${rejected}} else d${name} += 1;\n`;
  }

  #logged(
    node: LaneNode,
    slot: string,
    word: string,
    decision: string,
    on: (output: number, s: string, w: string) => string,
  ): string {
    if (this.#input.graph.next(node, LOGGED).length === 0) return '';
    const tagged = this.#variable();
    const tag = `const ${tagged} = (${word} & ${LENGTH_MASK}) | ((${decision} >>> ${TAG_SHIFT}) << ${CLASS_SHIFT});\n`;
    return `if (${decision} & ${LOG_BIT}) {\nl${this.#name(node)} += 1;\n${tag}${on(LOGGED, slot, tagged)}}\n`;
  }

  #rewritten(
    node: LaneNode & { readonly kind: 'rewrite' },
    slot: string,
    word: string,
    on: (output: number, s: string) => string,
  ): string {
    const target = this.#target(node, slot, word);
    const start = this.#variable();
    const writes = node.value.map((value, index) => {
      const byte = `bytes[${start} + ${numberText(index)}]`;
      return `${byte} = (${byte} & ${numberText(0xff & ~(node.mask[index] ?? 0))}) | ${numberText(value)};\n`;
    });
    const from = `const ${start} = (${target.slot} << ${SLOT.shift}) + ${numberText(SLOT.headBytes + node.at)};\n`;
    const tooShort = `(${word} & ${LENGTH_MASK}) < ${numberText(node.at + node.value.length)}`;
    return `if (${tooShort}) m${this.#name(node)} += 1;\nelse {\n${target.text}${from}${writes.join('')}${on(0, target.slot)}}\n`;
  }

  /** The slot that a node writes to: a copy where others may still read. */
  #target(node: LaneNode, slot: string, word: string): { readonly text: string; readonly slot: string } {
    if (!this.#input.copies.has(node.id)) return { text: '', slot };
    const copy = this.#variable();
    const end = `(${slot} << ${SLOT.shift}) + ${SLOT.headBytes} + (${word} & ${LENGTH_MASK})`;
    const text = `const ${copy} = ${numberText(this.#input.workFirst)} + k;\nk += 1;\nbytes.copyWithin(${copy} << ${SLOT.shift}, ${slot} << ${SLOT.shift}, ${end});\n`;
    return { text, slot: copy };
  }

  #tapped(node: LaneNode & { readonly kind: 'tap' }, slot: string, word: string): string {
    const keep = this.#kept(node, slot, word);
    const phase = `q${this.#name(node)}`;
    const each =
      node.every === 1 ? keep : `if ((${phase} += 1) >= ${numberText(node.every)}) {\n${phase} = 0;\n${keep}}\n`;
    return node.program === undefined ? each : `if (${this.#decision(node, slot, word)} & ${ACCEPT}) {\n${each}}\n`;
  }

  #phase(node: LaneNode): string {
    return `counters[${numberText(this.#input.row(node) * LINE_DOUBLES + COUNTER.phase)}]`;
  }

  #kept(node: LaneNode, slot: string, word: string): string {
    const name = this.#name(node);
    return `OS${name}[o${name}] = ${slot};\nOW${name}[o${name}] = ${word};\no${name} += 1;\n`;
  }

  #variable(): string {
    this.#variables += 1;
    return `v${this.#variables}`;
  }
}
