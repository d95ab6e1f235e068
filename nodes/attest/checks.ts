// What can be wrong with an attestation gate and what is drawn through it.
import type { Attachment, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import type { AttestConfig } from './config.ts';

type Gate = DrawnNode<AttestConfig>;

/** @param vm  that has to prove itself; `undefined` = the box */
export function checkGate(node: Gate, scope: Scope, vm: DrawnNode | undefined): void {
  if (vm === undefined) checkHost(node, scope);
  else checkVm(node, scope, vm);
  if (node.config.otherwise === 'read-only') for (const link of scope.gated(node)) checkReadOnly(node, scope, link);
  for (const { from } of scope.gated(node)) if (isOwned(from)) reportDevice(node, scope, from);
}

/** @returns nothing, so that it can stand where the VM would */
export function reportSubject(node: Gate, scope: Scope, vms: readonly DrawnNode[], name: string): undefined {
  const fact =
    name !== ''
      ? `wants a proof of ${name}, which is not drawn on this gateway`
      : vms.length === 0
        ? 'is in no wire of a VM, so it is open who has to prove something'
        : `is in wires of ${listed(vms.map(({ label }) => label))}, so it is open which of them has to prove something`;
  if (vms.length === 0 && name === '' && scope.hasWireFault(node)) return undefined;
  scope.report({
    code: 'GW_GATE_SUBJECT',
    node,
    field: name === '' ? 'subject' : 'vm',
    summary: `The gate ${node.label} ${fact}.`,
    remedy: 'Put it in a wire of one VM, name the VM, or ask the box.',
    related: vms,
  });
  return undefined;
}

function checkHost(node: Gate, scope: Scope): void {
  if (node.config.foretold) reportForetold(node, scope, 'the box is no VM of this gateway');
}

function checkVm(node: Gate, scope: Scope, vm: DrawnNode): void {
  const facet = scope.facets(vm).vm;
  if (facet === undefined) return;
  const { foretold, secureBoot } = node.config;
  const firmware = facet.boot.firmware ?? 'bios';
  if (!facet.tpm)
    scope.report({
      code: 'GW_GATE_TPM',
      node,
      summary: `${vm.label} has no TPM, so the gate ${node.label} would never open.`,
      remedy: 'Give it a TPM, which VMs of the back end linux can have, or ask the box.',
      related: [vm],
    });
  if (scope.outgoing(node).some(({ to, port }) => port.kind === 'gate' && to === vm))
    scope.report({
      code: 'GW_GATE_CIRCLE',
      node,
      field: 'subject',
      summary: `${vm.label} is started when it has proven itself, and a VM that is off proves nothing.`,
      remedy: `Put the gate in the wires of ${vm.label}, or let it wait for the box.`,
      related: [vm],
    });
  if (foretold && firmware !== 'uefi') reportForetold(node, scope, `the firmware of ${vm.label} is ${firmware}`);
  if (secureBoot && firmware !== 'uefi-secure')
    scope.report({
      code: 'GW_GATE_SECURE_BOOT',
      node,
      field: 'secureBoot',
      summary: `The gate ${node.label} wants Secure Boot, and the firmware of ${vm.label} is ${firmware}.`,
      remedy: `Give ${vm.label} the firmware uefi-secure, or do not ask for it.`,
      related: [vm],
    });
}

function reportForetold(node: Gate, scope: Scope, why: string): void {
  scope.report({
    code: 'GW_GATE_FORETOLD',
    node,
    field: 'foretold',
    summary: `The gate ${node.label} shall judge by what is drawn, and ${why}.`,
    remedy: 'Judge it by what was learned, or give the VM the firmware uefi.',
  });
}

/** Protocols of which a line can tell what reads. */
const TELLING = new Set(['modbus', 'can']);

function checkReadOnly(node: Gate, scope: Scope, { from, port, to }: Attachment): void {
  const { protocol } = from.config as { readonly protocol?: string };
  if (port.kind === 'field' && protocol !== undefined && TELLING.has(protocol)) return;
  scope.report({
    code: 'GW_GATE_READ_ONLY',
    node,
    field: 'otherwise',
    summary: `Between ${from.label} and ${to.label} nobody can tell what reads, so ${node.label} cannot leave them that.`,
    remedy: 'Choose block.',
    related: [from, to],
  });
}

function isOwned({ config }: DrawnNode): boolean {
  return (config as { readonly mode?: string }).mode === 'passthrough';
}

function reportDevice(node: Gate, scope: Scope, bus: DrawnNode): void {
  scope.report({
    code: 'GW_GATE_DEVICE',
    node,
    summary: `${bus.label} is given to a VM as it is, so ${node.label} can hold nothing of it up.`,
    remedy: `Share ${bus.label}, or let the whole VM wait for the gate.`,
    related: [bus],
  });
}
