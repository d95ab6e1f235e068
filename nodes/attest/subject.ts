// Whose TPM a gate asks, as it is drawn, and which VMs wait for it as a whole.
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { AttestConfig } from './config.ts';

type Gate = DrawnNode<AttestConfig>;

/** `box`: the gateway itself. `vm`: that one. `open`: nobody can tell, of `vms` each could be meant. */
export type Subject =
  | { readonly is: 'box' }
  | { readonly is: 'vm'; readonly vm: DrawnNode }
  | { readonly is: 'open'; readonly vms: readonly DrawnNode[]; readonly named: string };

/** Pure: reports nothing. */
export function subjectOf(node: Gate, scope: Scope): Subject {
  const { subject, vm: named } = node.config;
  if (subject === 'named') return namedVm(node, scope, named);
  // Whoever wires the TPM of the box to it means the box.
  if (subject === 'host' || scope.incoming(node).some(({ port }) => port.kind === 'tpm')) return { is: 'box' };
  const ends = scope.gated(node).flatMap(({ from, to }) => [from, to]);
  const vms = [...new Set([...ends, ...wholeWires(node, scope).map(({ to }) => to)])].filter(
    end => scope.facets(end).vm !== undefined,
  );
  const [vm, ...others] = vms;
  return vm === undefined || others.length > 0 ? { is: 'open', vms, named: '' } : { is: 'vm', vm };
}

function namedVm(node: Gate, scope: Scope, named: string): Subject {
  const gateway = scope.gateway(node)?.name;
  const vm = gateway === undefined ? undefined : scope.vmNamed(gateway, named);
  return vm === undefined ? { is: 'open', vms: [], named } : { is: 'vm', vm };
}

/** VMs that are not started before the gate is open. */
export function heldBy(node: Gate, scope: Pick<Scope, 'outgoing' | 'gated'>): readonly DrawnNode[] {
  if (node.config.otherwise === 'alarm') return [];
  return wholeWires(node, scope).map(({ to }) => to);
}

/** Links to VMs as a whole that begin at the gate, or that pass it. */
export function wholeWires(node: Gate, scope: Pick<Scope, 'outgoing' | 'gated'>) {
  return [...scope.outgoing(node), ...scope.gated(node)].filter(({ port }) => port.kind === 'gate');
}
