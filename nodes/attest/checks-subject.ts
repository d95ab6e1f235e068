// What can be wrong with whom an attestation gate asks, and with what it asks of it.
import type { DrawnNode, Finding, Scope, VmFacet } from '../../runtime/model/lowering.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import type { AttestConfig } from './config.ts';
import { heldBy, type Subject, subjectOf } from './subject.ts';

type Gate = DrawnNode<AttestConfig>;

/** Reports what is wrong with who shall prove something. */
export function checkSubject(node: Gate, scope: Scope, subject: Subject): void {
  for (const finding of [...boxOrVm(node, scope), ...findingsOf(node, scope, subject)]) scope.report(finding);
}

function findingsOf(node: Gate, scope: Scope, subject: Subject): readonly Finding[] {
  if (subject.is === 'open') return openSubject(node, scope, subject);
  if (subject.is === 'box') return ofTheBox(node);
  const { vm } = scope.facets(subject.vm);
  return vm === undefined ? [] : ofVm(node, scope, subject.vm, vm);
}

function openSubject(
  node: Gate,
  scope: Scope,
  { vms, named }: Extract<Subject, { readonly is: 'open' }>,
): readonly Finding[] {
  if (vms.length === 0 && named === '' && node.config.subject !== 'named' && scope.hasWireFault(node)) return [];
  const fact =
    node.config.subject === 'named'
      ? `wants a proof of ${named === '' ? 'a VM without a name' : `${named}, which is not drawn on this gateway`}`
      : vms.length === 0
        ? 'is in no wire of a VM, so it is open who has to prove something'
        : `is in wires of ${listed(vms.map(({ label }) => label))}, so it is open which of them has to prove something`;
  return [
    {
      code: 'GW_GATE_SUBJECT',
      node,
      field: node.config.subject === 'named' ? 'vm' : 'subject',
      summary: `The gate ${node.label} ${fact}.`,
      remedy: 'Put it in a wire of one VM, name the VM, or ask the box.',
      related: vms,
    },
  ];
}

function boxOrVm(node: Gate, scope: Scope): readonly Finding[] {
  const boxes = scope.incoming(node).filter(({ port }) => port.kind === 'tpm');
  if (boxes.length === 0 || node.config.subject !== 'named') return [];
  return [
    {
      code: 'GW_GATE_SUBJECT',
      node,
      field: 'subject',
      summary: `The gate ${node.label} is wired to the TPM of the box, and wants a proof of the VM ${node.config.vm}.`,
      remedy: 'Remove that wire, or ask the box.',
      related: boxes.map(({ from }) => from),
    },
  ];
}

function ofTheBox(node: Gate): readonly Finding[] {
  const { foretold, releases, images } = node.config;
  return [
    ...(foretold ? [unforetold(node, 'the box is no VM of this gateway')] : []),
    ...(releases.length > 0 ? [idle(node, 'releases', 'gives secrets to a VM that is trusted, and asks the box')] : []),
    ...(images.length > 0 ? [idle(node, 'images', 'allows images, which are for VMs, and asks the box')] : []),
  ];
}

function ofVm(node: Gate, scope: Scope, vm: DrawnNode, { boot, tpm }: VmFacet): readonly Finding[] {
  const { foretold, secureBoot, images } = node.config;
  const firmware = boot.firmware ?? 'bios';
  const learns = images.length > 0 && !foretold;
  return [
    ...(tpm ? [] : [noTpm(node, vm)]),
    ...circles(node, scope, vm),
    ...(foretold && firmware === 'bios' ? [unforetold(node, `the firmware of ${vm.label} is a BIOS`)] : []),
    ...(secureBoot && firmware !== 'uefi-secure' ? [unsigned(node, vm, firmware)] : []),
    ...(tpm && firmware === 'bios' && !foretold && !secureBoot ? [coarse(node, vm)] : []),
    ...(learns ? [idle(node, 'images', 'allows images, which count only where it judges by what is drawn')] : []),
  ];
}

function noTpm(node: Gate, vm: DrawnNode): Finding {
  return {
    code: 'GW_GATE_TPM',
    node,
    summary: `${vm.label} has no TPM, so the gate ${node.label} would never open.`,
    remedy: 'Give it a TPM, which VMs of the back end linux can have, or ask the box.',
    related: [vm],
  };
}

/** VMs that wait for this gate, and for whose start the proof itself waits. */
function circles(node: Gate, scope: Scope, vm: DrawnNode): readonly Finding[] {
  const needed = provers(vm, scope);
  const first = heldBy(node, scope).find(held => needed.has(held.id));
  if (first === undefined) return [];
  const fact =
    first.id === vm.id
      ? `${vm.label} is started when it has proven itself, and a VM that is off proves nothing`
      : `${first.label} is started when ${vm.label} has proven itself, and ${vm.label} is started when ${first.label} has`;
  return [
    {
      code: 'GW_GATE_CIRCLE',
      node,
      field: 'subject',
      summary: `${fact}.`,
      remedy: `Put the gate in the wires of ${first.label}, or let it wait for the box.`,
      related: first.id === vm.id ? [vm] : [vm, first],
    },
  ];
}

/** Ids of VMs that have to run before this one has proven something: itself, and those it is not started without. */
function provers(vm: DrawnNode, scope: Scope): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [vm];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (found.has(one.id)) continue;
    found.add(one.id);
    const wires = scope.incoming(one).filter(({ port }) => port.kind === 'gate');
    for (const gate of wires.flatMap(({ from, gates }) => [from, ...gates])) {
      if (scope.facets(gate).gate?.otherwise === 'alarm') continue;
      const subject = subjectOf(gate as Gate, scope);
      if (subject.is === 'vm') waiting.push(subject.vm);
    }
  }
  return found;
}

function unforetold(node: Gate, why: string): Finding {
  return {
    code: 'GW_GATE_FORETOLD',
    node,
    field: 'foretold',
    summary: `The gate ${node.label} shall judge by what is drawn, and ${why}.`,
    remedy: 'Judge it by what was learned, or give the VM the firmware uefi or uefi-secure.',
  };
}

function unsigned(node: Gate, vm: DrawnNode, firmware: string): Finding {
  return {
    code: 'GW_GATE_SECURE_BOOT',
    node,
    field: 'secureBoot',
    summary: `The gate ${node.label} wants Secure Boot, and the firmware of ${vm.label} is ${firmware}.`,
    remedy: `Give ${vm.label} the firmware uefi-secure, or do not ask for it.`,
    related: [vm],
  };
}

function coarse(node: Gate, vm: DrawnNode): Finding {
  return {
    severity: 'warning',
    code: 'GW_GATE_COARSE',
    node,
    summary: `The firmware of ${vm.label} is a BIOS, which measures no kernel it is handed, so ${node.label} would not notice another one.`,
    remedy: `Give ${vm.label} the firmware uefi.`,
    related: [vm],
  };
}

function idle(node: Gate, field: 'images' | 'releases', fact: string): Finding {
  return {
    severity: 'warning',
    code: 'GW_GATE_IDLE',
    node,
    field,
    summary: `The gate ${node.label} ${fact}.`,
    remedy: 'Clear the field, or ask a VM that is judged by what is drawn.',
  };
}
