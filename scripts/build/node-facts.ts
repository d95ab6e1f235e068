// What the editor must know of the node types, as data: fields, references, bounds and legal wires. Derived, never typed.
import { z } from 'zod';
import type { FieldBounds, NodeFacts } from '../../editor/node-facts.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';

/**
 * Facts of one node type.
 * @param nodes  configured nodes of reference designs: they show what kinds of ports a type has
 */
export function factsOf(type: NodeType, nodes: readonly unknown[]): NodeFacts {
  return {
    type: type.type,
    version: type.version,
    role: type.role,
    defaults: type.defaults,
    references: type.references,
    bounds: boundsOf(type),
    accepts: type.accepts,
    outputs: outputKinds(type, nodes),
    freshOutputs: type.outputs(type.defaults).map(port => port.kind),
    passes: type.passes === true,
    keeps: type.keeps ?? [],
    takesMessages: type.takesMessages === true,
  };
}

/** Least and most of the number fields, as the schema says. */
function boundsOf(type: NodeType): Readonly<Record<string, FieldBounds>> {
  const schema = z.toJSONSchema(type.config, { unrepresentable: 'any', io: 'output' });
  const bounds = Object.entries(schema.properties ?? {}).flatMap(([field, property]) => {
    if (typeof property === 'boolean' || (property.type !== 'integer' && property.type !== 'number')) return [];
    return [[field, { min: property.minimum, max: property.maximum }] as const];
  });
  return Object.fromEntries(bounds);
}

/** @throws Error when no reference design shows the type, or it is faulty there: nobody would notice ports that are not drawn */
function outputKinds(type: NodeType, nodes: readonly unknown[]): readonly string[] {
  const configured = nodes.filter(node => (node as { type?: unknown }).type === type.type);
  const kinds = configured.flatMap(config => {
    const parsed = type.config.safeParse({ ...type.defaults, ...(config as object) });
    if (!parsed.success) throw new Error(`a reference design has a faulty ${type.type}: ${parsed.error.message}`);
    return type.outputs(parsed.data).map(port => port.kind);
  });
  if (configured.length === 0) throw new Error(`no reference design has a ${type.type}; draw one in flows/`);
  return [...new Set(kinds)].sort();
}
