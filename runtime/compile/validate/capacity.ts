// The VMs of a gateway must fit into it: memory less what the host keeps, and CPUs.
import type { Name } from '../../model/address.ts';
import type { HardwareProfile } from '../../model/gateway.ts';
import type { Draft } from '../../model/lowering.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkCapacity({ gateways, scope, resources, findings }: Compilation): void {
  for (const [gateway, vms] of Map.groupBy(draftsOf('vm', resources), gatewayOf)) {
    const hardware = gateways[gateway]?.hardware;
    if (hardware !== undefined) for (const check of [memory, cpus]) check(gateway, hardware, vms, findings);
    // Of a broken hardware node its own fault is said.
    else if (scope.hardwareNode(gateway) === undefined) reportUnknown(gateway, vms, findings);
  }
}

type VmDraft = Draft<'vm'>;
type Findings = Compilation['findings'];

/** Said once for each gateway, at its first VM. */
function reportUnknown(gateway: Name, vms: readonly VmDraft[], findings: Findings): void {
  const [first, ...rest] = vms;
  if (first === undefined) return;
  findings.add({
    severity: 'warning',
    code: 'GW_HARDWARE_MISSING',
    source: first.source,
    field: 'gateway',
    summary: `The hardware of ${gateway} is not drawn, so it is not checked whether its VMs fit into it.`,
    remedy: `Draw a hardware node for ${gateway}.`,
    related: rest.map(vm => vm.source),
  });
}

function memory(gateway: Name, hardware: HardwareProfile, vms: readonly VmDraft[], findings: Findings): void {
  const available = hardware.memoryMiB - hardware.reservedMemoryMiB;
  const { total, last } = sum(vms, available, leastMemory);
  if (available <= 0) return;
  if (last === undefined) {
    growth(gateway, available, vms, findings);
    return;
  }
  findings.add({
    code: 'GW_MEMORY_OVER',
    source: last.source,
    field: 'memoryMiB',
    summary: `The VMs on ${gateway} need ${total} MiB of memory; it has ${available} MiB for them (${hardware.memoryMiB} MiB less ${hardware.reservedMemoryMiB} MiB for the host).`,
    remedy: 'Give the VMs less memory, or move one to another gateway.',
    related: others(vms, last),
  });
}

/** What a VM has at any time: less than it may have, where it may grow. */
function leastMemory({ spec }: VmDraft): number {
  return spec.leastMemoryMiB ?? spec.memoryMiB;
}

/** VMs may be drawn that never need all of their memory at once; that nobody can promise it is said. */
function growth(gateway: Name, available: number, vms: readonly VmDraft[], findings: Findings): void {
  const { total } = sum(vms, available, vm => vm.spec.memoryMiB);
  const [first, ...rest] = vms.filter(vm => vm.spec.leastMemoryMiB !== undefined);
  if (total <= available || first === undefined) return;
  findings.add({
    severity: 'warning',
    code: 'GW_MEMORY_GROWTH',
    source: first.source,
    field: 'leastMemoryMiB',
    summary: `The VMs on ${gateway} may grow to ${total} MiB of memory; it has ${available} MiB for them.`,
    remedy: 'Give them less memory, unless they never need it all at the same time.',
    related: rest.map(vm => vm.source),
  });
}

function cpus(gateway: Name, hardware: HardwareProfile, vms: readonly VmDraft[], findings: Findings): void {
  const { total, last } = sum(vms, hardware.vcpus, vm => vm.spec.vcpus);
  if (last === undefined) return;
  findings.add({
    code: 'GW_CPU_OVER',
    source: last.source,
    field: 'vcpus',
    summary: `The VMs on ${gateway} need ${total} CPUs; it has ${hardware.vcpus}.`,
    remedy: 'Give the VMs fewer CPUs, or move one to another gateway.',
    related: others(vms, last),
  });
}

/** The sum over all VMs, and the VM that exceeds the limit when they are added in the order of their names. */
function sum(vms: readonly VmDraft[], limit: number, amount: (vm: VmDraft) => number) {
  let total = 0;
  let last: VmDraft | undefined;
  for (const vm of vms) {
    total += amount(vm);
    if (total > limit) last ??= vm;
  }
  return { total, last };
}

function others(vms: readonly VmDraft[], last: VmDraft) {
  return vms.filter(vm => vm !== last).map(vm => vm.source);
}
