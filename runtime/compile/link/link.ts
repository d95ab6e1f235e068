// Typed wires: joins outputs and inputs through the firewalls between them, and refuses what does not fit together.
import type { Attachment } from '../../model/lowering.ts';
import { listed } from '../../model/plain-text.ts';
import type { OutputPort } from '../../model/wire.ts';
import type { Drawing, ReadNode } from '../configure/drawing.ts';
import type { Wires } from '../expand/wires.ts';
import { type Findings, sourcesOf } from '../findings.ts';
import { listOf } from '../flow-node.ts';
import { FILE } from '../parse/parse.ts';
import { findLoops } from './loops.ts';
import { NearestNodes } from './nearest.ts';
import { wrongKind } from './wrong-kind.ts';

export interface Links {
  readonly attachments: readonly Attachment[];
  /** Paths of nodes with a wire that was reported. */
  readonly faulty: ReadonlySet<string>;
}

/**
 * WHY a bound: every output walks all firewalls behind it, which a drawing of thousands of firewalls in a row makes slow.
 */
const MOST_STEPS = 1_000_000;

export function link(drawing: Drawing, wires: Wires, findings: Findings): Links {
  return new Linker(drawing, wires, findings).run();
}

function nounOf({ nodeType }: ReadNode): string {
  return nodeType.gates ? 'gate' : 'firewall';
}

/** What a circle of them is called. */
function nounsOf(nodes: readonly ReadNode[]): string {
  return [...new Set(nodes.map(node => `${nounOf(node)}s`))].sort().join(' and ');
}

function keeps({ nodeType }: ReadNode, { kind }: OutputPort): boolean {
  return nodeType.keeps?.includes(kind) === true;
}

/** A place on the way from an output: the firewalls passed so far, as a list from the last one back. */
interface Passed {
  readonly node: ReadNode;
  readonly before: Passed | undefined;
}

interface Origin {
  readonly node: ReadNode;
  readonly port: OutputPort;
  /** Number of the output. */
  readonly output: number;
}

class Linker {
  readonly #drawing: Drawing;
  readonly #wires: Wires;
  readonly #findings: Findings;
  readonly #nearest: NearestNodes;
  readonly #next = new Map<string, readonly ReadNode[]>();
  readonly #attachments: Attachment[] = [];
  readonly #faulty = new Set<string>();
  #looped: ReadonlySet<ReadNode> = new Set();
  #steps = 0;

  constructor(drawing: Drawing, wires: Wires, findings: Findings) {
    this.#drawing = drawing;
    this.#wires = wires;
    this.#findings = findings;
    this.#nearest = new NearestNodes(drawing);
  }

  run(): Links {
    const nodes = [...this.#drawing.nodes.values()];
    const firewalls = nodes.filter(node => node.nodeType.passes);
    this.#looped = this.#reportLoops(firewalls);
    const fed = new Set(nodes.flatMap(node => [...this.#fedBy(node)]));
    const begins = (node: ReadNode) => !node.nodeType.passes || (node.nodeType.gates === true && !fed.has(node));
    for (const node of nodes) if (begins(node)) this.#walkOutputs(node);
    this.#reportOpen(firewalls, fed);
    return { attachments: this.#attachments, faulty: this.#faulty };
  }

  /** Our nodes that an output is wired to. Others are taps. */
  #targets(node: ReadNode, port: number): readonly ReadNode[] {
    const key = `${node.id} ${port}`;
    const known = this.#next.get(key);
    if (known !== undefined) return known;
    const found = this.#wires.targets(node.placed, port).flatMap(id => this.#drawing.nodes.get(id) ?? []);
    this.#next.set(key, found);
    return found;
  }

  #reportLoops(firewalls: readonly ReadNode[]): ReadonlySet<ReadNode> {
    const loops = findLoops(firewalls, node => this.#targets(node, 0).filter(target => target.nodeType.passes));
    for (const [first, ...others] of loops) {
      if (first === undefined) continue;
      this.#findings.add({
        code: 'GW_WIRE_LOOP',
        source: first.source,
        summary:
          others.length === 0
            ? `The ${nounOf(first)} ${first.label} is wired to itself.`
            : `The ${nounsOf([first, ...others])} ${listed([first, ...others].map(node => node.label))} are wired in a circle.`,
        remedy: 'Remove one of the wires, so that every path runs from a VM or switch to a switch, router or uplink.',
        related: sourcesOf(others),
      });
    }
    const looped = new Set(loops.flat());
    // What is behind a circle is not reached; the circle is the finding.
    for (const node of looped) this.#markFaulty(...this.#targets(node, 0));
    return looped;
  }

  #walkOutputs(node: ReadNode): void {
    const ports = node.nodeType.outputs(node.config);
    const drawn = listOf(node.placed.node.raw.wires).length;
    for (let index = 0; index < drawn; index += 1) {
      const targets = this.#targets(node, index);
      const port = ports[index];
      if (port !== undefined) this.#walk({ node, port, output: index }, targets);
      else if (targets.length > 0 && !node.broken) this.#reportPort(node, index, ports.length, targets);
    }
  }

  /** Follows one output through firewalls to all its ends. */
  #walk(origin: Origin, targets: readonly ReadNode[]): void {
    const seen = new Set<ReadNode>();
    const waiting: Passed[] = targets.map(node => ({ node, before: undefined })).reverse();
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      const { node } = place;
      if (!this.#mayStep()) return;
      if (this.#looped.has(node)) this.#faulty.add(origin.node.id);
      else if (!node.nodeType.accepts.includes(origin.port.kind)) this.#reportKind(origin, node);
      else if (seen.has(node)) this.#reportParallel(origin, node);
      else if (node.nodeType.passes && !keeps(node, origin.port))
        waiting.push(...this.#onward(origin, place).reverse());
      else this.#attach(origin, place);
      seen.add(node);
    }
  }

  #onward(origin: Origin, place: Passed): Passed[] {
    const next = this.#targets(place.node, 0);
    // A firewall that leads nowhere is reported as such; the node behind it needs no finding of its own.
    if (next.length === 0) this.#faulty.add(origin.node.id);
    return next.map(node => ({ node, before: place }));
  }

  #attach({ node, port, output }: Origin, end: Passed): void {
    const passed: ReadNode[] = [];
    for (let place = end.before; place !== undefined; place = place.before) passed.push(place.node);
    passed.reverse();
    const gates = passed.filter(({ nodeType }) => nodeType.gates);
    const firewalls = passed.filter(({ nodeType }) => !nodeType.gates);
    this.#attachments.push({ from: node, port, output, to: end.node, firewalls, gates });
  }

  #mayStep(): boolean {
    this.#steps += 1;
    if (this.#steps === MOST_STEPS)
      this.#findings.add({
        code: 'GW_FLOW_TOO_LARGE',
        source: FILE,
        summary: `The drawing has more than ${MOST_STEPS} paths through firewalls.`,
        remedy: 'Put fewer firewalls in a row.',
      });
    return this.#steps < MOST_STEPS;
  }

  #markFaulty(...nodes: readonly ReadNode[]): void {
    for (const node of nodes) this.#faulty.add(node.id);
  }

  #reportPort(node: ReadNode, index: number, count: number, targets: readonly ReadNode[]): void {
    this.#markFaulty(node, ...targets);
    this.#findings.add({
      code: 'GW_PORT_UNKNOWN',
      source: node.source,
      field: `wires[${index}]`,
      summary: `A wire to ${listed(targets.map(target => target.label))} leaves output ${index + 1} of ${node.label}, which has ${count === 0 ? 'no outputs' : `only ${count}`}.`,
      remedy: 'Remove the wire, or add what the output stands for.',
      related: sourcesOf(targets),
    });
  }

  #reportKind({ node, port, output }: Origin, target: ReadNode): void {
    this.#markFaulty(node, target);
    this.#findings.add({
      ...wrongKind(node, port, target, this.#nearest.accepting(port.kind, node)),
      source: node.source,
      field: `wires[${output}]`,
      related: sourcesOf([target]),
    });
  }

  #reportParallel({ node, port }: Origin, target: ReadNode): void {
    this.#markFaulty(node, target);
    this.#findings.add({
      code: 'GW_WIRE_PARALLEL',
      source: node.source,
      summary: `Two paths lead from ${node.label} (${port.name}) to ${target.label}, so it is open which rules count.`,
      remedy: 'Keep one path; put firewalls that shall both decide one behind the other.',
      related: sourcesOf([target]),
    });
  }

  #reportOpen(firewalls: readonly ReadNode[], fed: ReadonlySet<ReadNode>): void {
    for (const node of firewalls) {
      const [left, right] = [fed.has(node), this.#targets(node, 0).length > 0];
      // A gate without a link is one for a whole VM, or one that only tells.
      if ((left && right) || (!left && node.nodeType.gates) || this.#looped.has(node)) continue;
      const side = left ? 'on the right' : right ? 'on the left' : 'on both sides';
      this.#markFaulty(node, ...this.#targets(node, 0));
      this.#findings.add({
        code: 'GW_FIREWALL_OPEN',
        source: node.source,
        summary: `The ${nounOf(node)} ${node.label} is not connected ${side}, so it guards nothing.`,
        remedy: 'Wire it between a VM or switch and what that may reach, or delete it.',
      });
    }
  }

  /** Nodes that get something to pass on from this one. */
  *#fedBy(node: ReadNode): Generator<ReadNode> {
    const ports = node.nodeType.outputs(node.config);
    const count = listOf(node.placed.node.raw.wires).length;
    for (let index = 0; index < count; index += 1) {
      const port = node.nodeType.passes ? undefined : ports[index];
      for (const target of this.#targets(node, index)) if (port === undefined || !keeps(target, port)) yield target;
    }
  }
}
