// Wires between placed nodes, looked through junctions, link nodes and the borders of subflow instances. Knows no node type.
import type { Findings } from '../findings.ts';
import { isRecord, listOf, textsOf, wiredTo } from '../flow-node.ts';
import { FILE } from '../parse/parse.ts';
import type { PlacedNode, Placement } from './place.ts';

/**
 * WHY a bound: junctions joined to junctions multiply wires. A sound drawing needs a few steps for each wire.
 */
const MOST_STEPS = 1_000_000;

/** Marks an output of a subflow instance. No path holds it: ids are not empty and hold no slash. */
const BORDER = '//';

export class Wires {
  readonly #nodes: Placement['nodes'];
  readonly #findings: Findings;
  /** By template: what an inner output is wired to, as outputs of the instance. Key `<inner id> <port>`. */
  readonly #exits = new Map<string, ReadonlyMap<string, readonly number[]>>();
  #steps = 0;

  constructor({ nodes }: Placement, findings: Findings) {
    this.#nodes = nodes;
    this.#findings = findings;
  }

  /** Ids of the nodes that one output reaches, each once, in drawing order. Disabled and unknown nodes are left out. */
  targets(from: PlacedNode, port: number): readonly string[] {
    const found = new Set<string>();
    const seen = new Set<string>();
    const waiting = [...this.#after(from, port)].reverse();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const onward = this.#through(next);
      if (!this.#maySpend(1 + (onward?.length ?? 0))) break;
      if (onward === undefined) found.add(next);
      else waiting.push(...[...onward].reverse());
    }
    return [...found];
  }

  #maySpend(steps: number): boolean {
    if (this.#steps > MOST_STEPS) return false;
    this.#steps += steps;
    if (this.#steps > MOST_STEPS)
      this.#findings.add({
        code: 'GW_FLOW_TOO_LARGE',
        source: FILE,
        summary: `The wires of the flow branch more than ${MOST_STEPS} times.`,
        remedy: 'Use fewer junctions and link nodes that join many nodes with many others.',
      });
    return this.#steps <= MOST_STEPS;
  }

  /** Where an output leads next: nodes, and the borders of the instance around it. */
  #after(from: PlacedNode, port: number): readonly string[] {
    const wired = wiredTo(from.node, port).map(id => `${from.prefix}${id}`);
    const instance = this.#instanceAround(from);
    if (instance === undefined) return wired;
    const exits = this.#exitsOf(instance).get(`${from.node.id} ${port}`) ?? [];
    return [...wired, ...exits.map(exit => border(instance, exit))];
  }

  /** Where a wire goes on behind something that is not a node of its own; `undefined` = it ends here. */
  #through(place: string): readonly string[] | undefined {
    const [id = '', exit] = place.split(BORDER);
    const node = this.#nodes.get(id);
    if (node === undefined) return [];
    if (exit !== undefined) return this.#after(node, Number(exit));
    if (node.template !== undefined) return this.#into(node);
    if (node.node.type === 'junction' || node.node.type === 'link in') return this.#after(node, 0);
    if (node.node.type === 'link out') return this.#linked(node);
    return undefined;
  }

  /** Link nodes with the mode `return` answer a call: messages, never a drawn link. */
  #linked({ node, prefix }: PlacedNode): readonly string[] {
    return node.raw.mode === 'return' ? [] : textsOf(node.raw.links).map(id => `${prefix}${id}`);
  }

  #into(instance: PlacedNode): readonly string[] {
    const [input] = listOf(instance.template?.raw.in);
    const inner = isRecord(input) ? listOf(input.wires) : [];
    const ids = inner.flatMap(wire => (isRecord(wire) && typeof wire.id === 'string' ? [wire.id] : []));
    // A template may wire its input straight to an output.
    const exits = this.#exitsOf(instance).get(`${instance.template?.id} 0`) ?? [];
    return [...ids.map(id => `${instance.id}/${id}`), ...exits.map(exit => border(instance, exit))];
  }

  #instanceAround({ prefix }: PlacedNode): PlacedNode | undefined {
    return prefix === '' ? undefined : this.#nodes.get(prefix.slice(0, -1));
  }

  #exitsOf({ template }: PlacedNode): ReadonlyMap<string, readonly number[]> {
    if (template === undefined) return new Map();
    const known = this.#exits.get(template.id);
    if (known !== undefined) return known;
    const exits = new Map<string, number[]>();
    for (const [number, output] of listOf(template.raw.out).entries())
      for (const wire of isRecord(output) ? listOf(output.wires) : [])
        if (isRecord(wire) && typeof wire.id === 'string') addTo(exits, `${wire.id} ${portOf(wire.port)}`, number);
    this.#exits.set(template.id, exits);
    return exits;
  }
}

function portOf(port: unknown): number {
  return typeof port === 'number' ? port : 0;
}

function border(instance: PlacedNode, exit: number): string {
  return `${instance.id}${BORDER}${exit}`;
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
