// What a segment writes to its counters behind a burst. While frames run only what leaves the straight way is counted; the
// rest follows: what came to a node is what its senders sent on.
import { LINE_DOUBLES } from '../memory/layout.ts';
import type { CheckedGraph } from './checked-graph.ts';
import type { Copies } from './copies.ts';
import { COUNTER, type CounterName } from './counters.ts';
import { type LaneNode, LOGGED } from './graph.ts';

export interface FlushInput {
  readonly graph: CheckedGraph;
  readonly entry: LaneNode;
  readonly copies: Copies;
  readonly row: (node: LaneNode) => number;
  /** A number that names the node in the source. */
  readonly name: (node: LaneNode) => string;
}

/** Statements that add up one burst of one port in, and make its variables ready for the next. */
export function flushText(input: FlushInput): string {
  const { graph, entry } = input;
  const nodes = graph.order.filter(node => graph.visits(entry, node) > 0);
  return nodes.map(node => nodeText(input, node)).join('') + nodes.map(node => resetText(input, node)).join('');
}

function resetText({ name }: FlushInput, node: LaneNode): string {
  if (node.kind === 'filter') return `d${name(node)} = 0;\nr${name(node)} = 0;\nl${name(node)} = 0;\n`;
  if (node.kind === 'rewrite') return `m${name(node)} = 0;\n`;
  return node.kind === 'tap' || node.kind === 'port-out' ? `o${name(node)} = 0;\n` : '';
}

function nodeText(input: FlushInput, node: LaneNode): string {
  const name = input.name(node);
  const received = `const x${name} = ${receivedText(input, node)};\n`;
  if (node.kind === 'tap' || node.kind === 'port-out') return `${received}${leafText(input, node)}`;
  const has = (output: number) => input.graph.next(node, output).length > 0;
  const { passed, lost } = passedText(node, name);
  const rejected = has(1) ? `r${name}` : '0';
  const adds: [CounterName, string][] = [
    ['rx', `x${name}`],
    ['tx', has(0) ? `y${name} + ${rejected}` : rejected],
    ...(has(0) ? [] : [['dropNobody', `y${name}`] as [CounterName, string]]),
    ...lost,
    ...(has(1) ? [['rejected', rejected] as [CounterName, string]] : []),
    ...(has(LOGGED) ? [['logged', `l${name}`] as [CounterName, string]] : []),
    ...(input.copies.has(node.id) ? [['copied', `y${name}`] as [CounterName, string]] : []),
    ...(node.kind === 'port-in'
      ? [['bytes', 'b'] as [CounterName, string], ['bursts', '1'] as [CounterName, string]]
      : []),
  ];
  return `${received}const y${name} = ${passed};\n${adds.map(([counter, text]) => add(input, node, counter, text)).join('')}`;
}

function receivedText({ graph, entry, name }: FlushInput, node: LaneNode): string {
  if (node === entry) return 'n';
  const senders = graph.senders(node).filter(({ node: sender }) => graph.visits(entry, sender) > 0);
  return senders.map(({ node: sender, output }) => `${SENT_BY[output]}${name(sender)}`).join(' + ');
}

/** Variables that count what leaves by each output. */
const SENT_BY = ['y', 'r', 'l'];

/** What leaves by the first output, and what was lost on the way. */
function passedText(node: LaneNode, name: string) {
  if (node.kind === 'filter') {
    const lost: [CounterName, string][] = [['dropFilter', `d${name}`]];
    return { passed: `x${name} - d${name} - r${name}`, lost };
  }
  if (node.kind === 'rewrite') {
    const lost: [CounterName, string][] = [['dropMalformed', `m${name}`]];
    return { passed: `x${name} - m${name}`, lost };
  }
  return { passed: `x${name}`, lost: [] };
}

/** Ports out and taps keep what they got in their list; who empties it counts what became of it. */
function leafText(input: FlushInput, node: LaneNode): string {
  const name = input.name(node);
  const kept = `L${name}.count = o${name};\n`;
  const skipped = node.kind === 'tap' ? add(input, node, 'skipped', `x${name} - o${name}`) : '';
  return `${add(input, node, 'rx', `x${name}`)}${skipped}${kept}`;
}

function add({ row }: FlushInput, node: LaneNode, counter: CounterName, text: string): string {
  return `counters[${row(node) * LINE_DOUBLES + COUNTER[counter]}] += ${text};\n`;
}
