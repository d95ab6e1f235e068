// What waits for which attestation gate, as it is drawn. Used by every node type that draws an end of a link.
import { formatAddress } from './address.ts';
import type { Gated } from './kinds/gated.ts';
import type { Attachment, DrawnNode, Scope } from './lowering.ts';

/** Gates in the middle of a link, and those of the VM at one of its ends as a whole. In drawing order, each once. */
export function gatesOn({ gates, from, to }: Attachment, scope: Pick<Scope, 'facets' | 'incoming'>): readonly Gated[] {
  const whole = [from, to].filter(node => scope.facets(node).vm !== undefined).flatMap(node => wholeGates(node, scope));
  const all = [...gates.flatMap(node => gatedBy(node, scope)), ...whole];
  return all.filter(({ by }, index) => all.findIndex(other => other.by === by) === index);
}

/** Gates of a whole VM: all that it has waits for them, and its start. */
export function wholeGates(vm: DrawnNode, scope: Pick<Scope, 'facets' | 'incoming'>): readonly Gated[] {
  const drawn = scope.incoming(vm).filter(({ port }) => port.kind === 'gate');
  const nodes = drawn.flatMap(({ from, gates }) => [from, ...gates]);
  return nodes.flatMap(node => gatedBy(node, scope)).map(gate => ({ ...gate, otherwise: 'block' }));
}

function gatedBy(node: DrawnNode, scope: Pick<Scope, 'facets'>): readonly Gated[] {
  const { gate } = scope.facets(node);
  if (gate === undefined || gate.otherwise === 'alarm') return [];
  return [{ by: formatAddress('gate', gate.gateway, gate.name), otherwise: gate.otherwise }];
}

/** As the field of a spec: absent when there is none. */
export function gatesField(gates: readonly Gated[]): { readonly gates?: Gated[] } {
  return gates.length === 0 ? {} : { gates: [...gates] };
}
