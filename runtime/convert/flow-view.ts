// A flow to look around in: who is wired to whom, what is on which tab, what is switched off.
import { type FlowNode, listOf, textOf, textsOf } from '../compile/flow-node.ts';
import type { ForeignFlow } from './foreign-type.ts';

export class FlowView implements ForeignFlow {
  readonly nodes: readonly FlowNode[];
  readonly #byId: ReadonlyMap<string, FlowNode>;
  readonly #before = new Map<string, FlowNode[]>();
  #lowest: ReadonlyMap<string, number> | undefined;

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
    this.#lowest ??= lowestOf(this.nodes);
    return (this.#lowest.get(tab) ?? 0) + 100;
  }
}

function outputsOf(node: FlowNode): readonly (readonly string[])[] {
  return listOf(node.raw.wires).map(textsOf);
}

/** The greatest y on each tab. */
function lowestOf(nodes: readonly FlowNode[]): ReadonlyMap<string, number> {
  const lowest = new Map<string, number>();
  for (const node of nodes) {
    const [tab, { y }] = [textOf(node, 'z') ?? '', node.raw];
    if (typeof y === 'number' && y < 1_000_000) lowest.set(tab, Math.max(lowest.get(tab) ?? 0, y));
  }
  return lowest;
}
