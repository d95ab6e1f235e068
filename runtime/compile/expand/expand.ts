// Takes tabs, groups and subflows apart. Disabled nodes and tabs vanish; each subflow instance becomes its nodes.
import { plainText, quoted } from '../../model/plain-text.ts';
import type { Source } from '../../model/resource.ts';
import type { Findings } from '../findings.ts';
import { type FlowNode, textOf } from '../flow-node.ts';
import { EnvScope } from './env.ts';
import { type PlacedNode, type Placement, templateOf } from './place.ts';

/** Subflows in subflows multiply; this stops a small file from becoming a huge drawing. */
const MOST_PLACED = 50_000;
const MOST_NESTED = 32;

/** Nodes that hold others and are not part of the drawing themselves. */
const CONTAINERS = new Set(['tab', 'subflow', 'group', 'global-config', 'comment']);

export function expand(flow: readonly FlowNode[], findings: Findings): Placement {
  return new Expansion(flow, findings).run();
}

/** One container being filled: a tab, the global space, or one instance of a subflow. */
interface Container {
  readonly id: string;
  readonly prefix: string;
  readonly env: EnvScope;
  readonly tab?: string | undefined;
  /** Templates we are inside of. */
  readonly inside: readonly string[];
}

class Expansion {
  readonly #flow: readonly FlowNode[];
  readonly #findings: Findings;
  readonly #byId: ReadonlyMap<string, FlowNode>;
  readonly #members: ReadonlyMap<string, readonly FlowNode[]>;
  readonly #groupScopes = new Map<string, EnvScope>();
  readonly #nodes = new Map<string, PlacedNode>();
  readonly #disabled = new Set<string>();
  #full = false;

  constructor(flow: readonly FlowNode[], findings: Findings) {
    this.#flow = flow;
    this.#findings = findings;
    this.#byId = new Map(flow.map(node => [node.id, node]));
    this.#members = Map.groupBy(flow, node => containerOf(node, this.#byId));
  }

  run(): Placement {
    const globalEnv = this.#flow.filter(node => node.type === 'global-config').map(node => node.raw.env);
    const env = new EnvScope(globalEnv);
    this.#fill({ id: '', prefix: '', env, inside: [] });
    for (const tab of this.#flow) if (tab.type === 'tab') this.#fillTab(tab, env);
    return { nodes: this.#nodes, disabled: this.#disabled };
  }

  #fillTab(tab: FlowNode, global: EnvScope): void {
    if (tab.raw.disabled === true) {
      for (const node of this.#members.get(tab.id) ?? []) this.#disabled.add(node.id);
      return;
    }
    const names = { NR_FLOW_NAME: textOf(tab, 'label') ?? '', NR_FLOW_ID: tab.id };
    const env = new EnvScope([tab.raw.env], global, names);
    this.#fill({ id: tab.id, prefix: '', env, tab: tab.id, inside: [] });
  }

  #fill(container: Container): void {
    for (const node of this.#members.get(container.id) ?? []) {
      if (this.#full) return;
      if (CONTAINERS.has(node.type)) continue;
      const id = `${container.prefix}${node.id}`;
      if (node.raw.d === true) this.#disabled.add(id);
      else this.#place(node, id, container);
    }
  }

  #place(node: FlowNode, id: string, container: Container): void {
    if (this.#nodes.size >= MOST_PLACED) {
      this.#reportFull(node, container);
      return;
    }
    const env = this.#scopeIn(textOf(node, 'g'), container);
    const { prefix, tab } = container;
    const templateId = templateOf(node);
    if (templateId === undefined) this.#nodes.set(id, { id, prefix, node, env, tab });
    else this.#placeInstance({ id, prefix, node, env, tab }, templateId, container);
  }

  #placeInstance(instance: PlacedNode, templateId: string, container: Container): void {
    const template = this.#byId.get(templateId);
    if (template?.type !== 'subflow') this.#reportUnknown(instance);
    else if (container.inside.includes(templateId)) this.#reportRecursion(instance, template);
    else if (container.inside.length >= MOST_NESTED) this.#reportDepth(instance);
    else this.#fillInstance(instance, template, container);
  }

  #fillInstance(instance: PlacedNode, template: FlowNode, container: Container): void {
    this.#nodes.set(instance.id, { ...instance, template });
    const lists = [template.raw.env, instance.node.raw.env];
    const name = textOf(instance.node, 'name') || textOf(template, 'name') || '';
    const env = new EnvScope(lists, instance.env, { NR_SUBFLOW_NAME: name });
    const inside = [...container.inside, template.id];
    this.#fill({ id: template.id, prefix: `${instance.id}/`, env, tab: container.tab, inside });
  }

  /** Variables as a member of a group sees them; groups may be in groups. */
  #scopeIn(groupId: string | undefined, container: Container): EnvScope {
    const chain: FlowNode[] = [];
    for (let id = groupId; id !== undefined; ) {
      const group = this.#byId.get(id);
      if (group?.type !== 'group' || chain.includes(group)) break;
      chain.push(group);
      id = textOf(group, 'g');
    }
    return chain.reduceRight((parent, group) => this.#groupScope(group, parent, container), container.env);
  }

  #groupScope(group: FlowNode, parent: EnvScope, container: Container): EnvScope {
    const key = `${container.prefix}${group.id}`;
    const known = this.#groupScopes.get(key);
    if (known !== undefined) return known;
    const names = { NR_GROUP_NAME: textOf(group, 'name') ?? '', NR_GROUP_ID: group.id };
    const scope = new EnvScope([group.raw.env], parent, names);
    this.#groupScopes.set(key, scope);
    return scope;
  }

  #reportUnknown({ id, node, tab }: PlacedNode): void {
    this.#findings.add({
      code: 'GW_SUBFLOW_UNKNOWN',
      source: sourceOf(node, id, tab),
      summary: `${labelOf(node)} is an instance of a subflow that is not in the flow.`,
      remedy: 'Export the flow again with its subflows, or delete the node.',
    });
  }

  #reportRecursion({ id, node, tab }: PlacedNode, template: FlowNode): void {
    this.#findings.add({
      code: 'GW_SUBFLOW_RECURSION',
      source: sourceOf(node, id, tab),
      summary: `The subflow ${quoted(textOf(template, 'name') ?? template.id)} contains itself, so it has no end.`,
      remedy: 'Take the instance out of the subflow.',
    });
  }

  #reportDepth({ id, node, tab }: PlacedNode): void {
    this.#findings.add({
      code: 'GW_FLOW_TOO_DEEP',
      source: sourceOf(node, id, tab),
      summary: `${labelOf(node)} is inside more than ${MOST_NESTED} subflows.`,
      remedy: 'Use fewer subflows inside subflows.',
    });
  }

  #reportFull(node: FlowNode, { tab }: Container): void {
    this.#full = true;
    this.#findings.add({
      code: 'GW_FLOW_TOO_LARGE',
      source: sourceOf(node, node.id, tab),
      summary: `With its subflows taken apart, the flow has more than ${MOST_PLACED} nodes.`,
      remedy: 'Use fewer subflows inside subflows, or split the flow.',
    });
  }
}

function sourceOf(node: FlowNode, id: string, tab: string | undefined): Source {
  return { node: id, label: labelOf(node), ...(tab === undefined ? {} : { flow: tab }) };
}

function labelOf(node: FlowNode): string {
  return plainText(textOf(node, 'name') || node.id);
}

/** Id of the tab or template a node is in; everything that is in neither is global. */
function containerOf(node: FlowNode, byId: ReadonlyMap<string, FlowNode>): string {
  const id = textOf(node, 'z') ?? '';
  const type = byId.get(id)?.type;
  return type === 'tab' || type === 'subflow' ? id : '';
}
