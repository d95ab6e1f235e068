// Which node drew each firewall. A design knows firewalls by name only, as parts of policies; their nodes show a state too.
import type { NodeType } from '../model/node-type.ts';

/** Ids of nodes that police links, by their name. */
export type PolicingNodes = ReadonlyMap<string, readonly string[]>;

/**
 * Reads flows as they were deployed. A name that a variable makes up is not found, and its node shows no state.
 * Inside a subflow the id is that of the node in the template.
 */
export function policingNodes(flows: readonly unknown[], nodeTypes: readonly NodeType[]): PolicingNodes {
  const types = new Set<unknown>(nodeTypes.filter(type => type.passes).map(type => type.type));
  const found = new Map<string, readonly string[]>();
  for (const flow of flows) {
    const { id, type, name, d } = (flow ?? {}) as { id?: unknown; type?: unknown; name?: unknown; d?: unknown };
    if (!types.has(type) || typeof id !== 'string' || typeof name !== 'string' || d === true) continue;
    found.set(name, [...(found.get(name) ?? []), id]);
  }
  return found;
}
