// Nodes that are being added to a flow, with their wires. What stands on two tabs is joined by link nodes.
import { textOf } from '../compile/flow-node.ts';
import type { NewNode, NewWire } from './conversion.ts';
import type { FlowView } from './flow-view.ts';
import { FreeNames } from './names.ts';

/** Characters of an id, with room for a number behind it. */
const [MOST_OF_WANTED, MOST_OF_ID] = [180, 200];

/** Without an id and without wires. */
export interface DraftNode {
  readonly type: string;
  readonly z?: string;
  readonly x?: number;
  readonly y?: number;
  readonly [field: string]: unknown;
}

export class NewDrawing {
  readonly #flow: FlowView;
  readonly #ids: FreeNames;
  readonly #drafts = new Map<string, DraftNode>();
  readonly #wires: NewWire[] = [];

  constructor(flow: FlowView) {
    this.#flow = flow;
    this.#ids = new FreeNames(
      flow.nodes.map(({ id }) => id),
      MOST_OF_ID,
      '.',
    );
  }

  /** @param wanted  its id, when that is free @returns its id */
  add(wanted: string, draft: DraftNode): string {
    // Node-RED shows who is at a node only when its id has no other characters.
    const id = this.#ids.take(wanted.replaceAll(/[^a-zA-Z\d.]/g, '.').slice(0, MOST_OF_WANTED));
    this.#drafts.set(id, draft);
    return id;
  }

  /** Between two nodes, old or new, whatever tabs they are on. */
  wire(from: string, port: number, to: string): void {
    const [here, there] = [this.#tabOf(from), this.#tabOf(to)];
    if (here === there) this.#wires.push({ from, port, to });
    else this.#link({ from, port, to }, here, there);
  }

  #link({ from, port, to }: NewWire, here: string, there: string): void {
    const [start, end] = [this.#placeOf(from), this.#placeOf(to)];
    const out = this.add(`${from}-link-out`, {
      type: 'link out',
      z: here,
      name: '',
      mode: 'link',
      ...shifted(start, 120),
    });
    const into = this.add(`${to}-link-in`, {
      type: 'link in',
      z: there,
      name: '',
      ...shifted(end, -120),
      links: [out],
    });
    this.#drafts.set(out, { ...(this.#drafts.get(out) as DraftNode), links: [into] });
    this.#wires.push({ from, port, to: out }, { from: into, port: 0, to });
  }

  #tabOf(id: string): string {
    const old = this.#flow.node(id);
    return (old === undefined ? this.#drafts.get(id)?.z : textOf(old, 'z')) ?? '';
  }

  #placeOf(id: string): { readonly x: number; readonly y: number } {
    const node = this.#drafts.get(id) ?? this.#flow.node(id)?.raw ?? {};
    return { x: Number(node.x) || 0, y: Number(node.y) || 0 };
  }

  /** The new nodes with the wires that begin at them. */
  added(): readonly NewNode[] {
    const from = Map.groupBy(this.#wires, wire => wire.from);
    return [...this.#drafts].map(([id, { type, z, x, y, ...fields }]) => ({
      ...{ id, type, ...(z === undefined ? {} : { z }), ...fields },
      ...(x === undefined ? {} : { x, y, wires: outputsOf(from.get(id) ?? [], outputCount(type, fields)) }),
    }));
  }

  /** Wires that begin at nodes which were there before. */
  wires(): readonly NewWire[] {
    return this.#wires.filter(({ from }) => !this.#drafts.has(from));
  }
}

function outputsOf(own: readonly NewWire[], least: number): readonly (readonly string[])[] {
  const count = Math.max(least, ...own.map(({ port }) => port + 1));
  const byPort = Map.groupBy(own, ({ port }) => port);
  return Array.from({ length: count }, (_, port) => (byPort.get(port) ?? []).map(({ to }) => to));
}

function outputCount(type: string, { outputs }: Readonly<Record<string, unknown>>): number {
  if (typeof outputs === 'number') return outputs;
  return type === 'link out' || type === 'gatewright-vm' ? 0 : type === 'gatewright-bus' ? 2 : 1;
}

function shifted({ x, y }: { readonly x: number; readonly y: number }, by: number) {
  return { x: Math.max(x + by, 40), y: y + 40 };
}
