// Finds the config nodes that nodes refer to. A design node needs each of its references; a message node may do without.
import type { Placement } from '../expand/place.ts';
import type { Findings } from '../findings.ts';
import type { Drawing, ReadNode } from './drawing.ts';

export function resolveReferences(nodes: readonly ReadNode[], placement: Placement, findings: Findings): Drawing {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const resolver = new Resolver(byId, placement, findings);
  return { nodes: new Map(nodes.map(node => [node.id, resolver.resolve(node)])) };
}

class Resolver {
  readonly #byId: ReadonlyMap<string, ReadNode>;
  readonly #placement: Placement;
  readonly #findings: Findings;

  constructor(byId: ReadonlyMap<string, ReadNode>, placement: Placement, findings: Findings) {
    this.#byId = byId;
    this.#placement = placement;
    this.#findings = findings;
  }

  resolve(node: ReadNode): ReadNode {
    const fields = Object.keys(node.nodeType.references);
    if (fields.length === 0) return node;
    const found = fields.flatMap(field => {
      const target = this.#find(node, field);
      return target === undefined ? [] : [[field, target] as const];
    });
    const needed = node.nodeType.role === 'message' ? 0 : fields.length;
    return { ...node, references: Object.fromEntries(found), broken: node.broken || found.length < needed };
  }

  #find(node: ReadNode, field: string): ReadNode | undefined {
    const id = referenceIn(node, field);
    if (id === '') return this.#missing(node, field);
    const target = candidates(node, id).find(candidate => this.#placement.nodes.has(candidate));
    const config = target === undefined ? undefined : this.#byId.get(target);
    if (config === undefined || config.type !== node.nodeType.references[field])
      return this.#wrong(node, field, id, target);
    return config.broken ? undefined : config;
  }

  #missing(node: ReadNode, field: string): undefined {
    if (node.nodeType.role === 'message' || node.broken) return undefined;
    this.#findings.add({
      code: 'GW_REFERENCE_MISSING',
      source: node.source,
      field,
      summary: `${node.label} has no ${field}.`,
      remedy: `Choose the ${field} it belongs to.`,
    });
    return undefined;
  }

  #wrong(node: ReadNode, field: string, id: string, target: string | undefined): undefined {
    const disabled = candidates(node, id).some(candidate => this.#placement.disabled.has(candidate));
    const [code, fact] =
      target !== undefined
        ? (['GW_REFERENCE_UNKNOWN', `refers to a node that is not a ${field}`] as const)
        : disabled
          ? (['GW_REFERENCE_DISABLED', `belongs to a ${field} that is disabled`] as const)
          : (['GW_REFERENCE_UNKNOWN', `belongs to a ${field} that is not in the flow`] as const);
    const remedy = disabled ? `Enable the ${field}, or choose another one.` : `Choose another ${field}.`;
    this.#findings.add({ code, source: node.source, field, summary: `${node.label} ${fact}.`, remedy });
    return undefined;
  }
}

function referenceIn(node: ReadNode, field: string): string {
  const { config } = node;
  if (typeof config !== 'object' || config === null) return '';
  const value = (config as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : '';
}

/** From the inside out: a config node of the same subflow instance comes before one of the tab. */
function candidates(node: ReadNode, id: string): readonly string[] {
  const parts = node.placed.prefix === '' ? [] : node.placed.prefix.slice(0, -1).split('/');
  return parts.map((_part, index) => [...parts.slice(0, parts.length - index), id].join('/')).concat(id);
}
