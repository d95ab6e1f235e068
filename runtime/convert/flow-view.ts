// A flow to look around in: who is wired to whom, what is on which tab, what is switched off.
import { type FlowNode, listOf, textOf, textsOf } from '../compile/flow-node.ts';
import type { ForeignFlow } from './foreign-type.ts';

export class FlowView implements ForeignFlow {
  readonly nodes: readonly FlowNode[];
  readonly #byId: ReadonlyMap<string, FlowNode>;
  readonly #before = new Map<string, FlowNode[]>();

  constructor(nodes: readonly FlowNode[]) {
    this.nodes = nodes;
    this.#byId = new Map(nodes.map(node => [node.id, node]));
    for (const node of nodes)
      for (const target of new Set(outputsOf(node).flat())) {
        const found = this.#before.get(target);
        if (found === undefined) this.#before.set(target, [node]);
        else found.push(node);
      }
  }

  node(id: string): FlowNode | undefined {
    return this.#byId.get(id);
  }

  /** Those that are switched off send nothing. */
  before(node: FlowNode): readonly FlowNode[] {
    return (this.#before.get(node.id) ?? []).filter(one => !this.isOff(one));
  }

  /** Whether it or its tab is disabled. */
  isOff(node: FlowNode): boolean {
    const tab = this.node(textOf(node, 'z') ?? '');
    return node.raw.d === true || (tab?.type === 'tab' && tab.raw.disabled === true);
  }

  isInSubflow(node: FlowNode): boolean {
    return this.node(textOf(node, 'z') ?? '')?.type === 'subflow';
  }

  /** Ids at each output. */
  outputs(node: FlowNode): readonly (readonly string[])[] {
    return outputsOf(node);
  }

  /** Where there is room below everything on a tab. */
  below(tab: string): number {
    const places = this.nodes.filter(node => textOf(node, 'z') === tab).map(({ raw }) => raw.y);
    const numbers = places.filter(y => typeof y === 'number' && Number.isFinite(y) && Math.abs(y) < 1_000_000);
    return Math.max(0, ...(numbers as number[])) + 100;
  }
}

function outputsOf(node: FlowNode): readonly (readonly string[])[] {
  return listOf(node.raw.wires).map(textsOf);
}
