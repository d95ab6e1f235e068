// Whether the VMs of a box can be where they are drawn. Pure: the compiler asks it with what the drawing knows of the box, the
// planner with what the driver found there. What cannot be done is an error, what would be done less well a warning.
import type { Code } from './codes.ts';
import type { Compute } from './compute.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import { cpusIn, cpusInWords } from './host-cpus.ts';
import { PAGE_MIB, type PLACEMENT } from './kinds/placement.ts';
import type { VmSpec } from './kinds/vm.ts';
import { listed } from './plain-text.ts';
import type { Source } from './resource.ts';

export interface PlacedVm {
  readonly source: Source;
  readonly spec: VmSpec;
}

/** What a rule may look at besides the VM. */
interface Box {
  /** All VMs of the box. */
  readonly vms: readonly PlacedVm[];
  readonly compute: Compute;
  /** Name of the gateway. */
  readonly name: string;
}
type Rule = (vm: PlacedVm, box: Box) => readonly Diagnostic[];

/** What is wrong with where the VMs of one gateway are, whatever its box has. */
export function drawnPlacement(vms: readonly PlacedVm[]): readonly Diagnostic[] {
  return ask([sharedCpus, swappedMemory], { vms, compute: {}, name: '' });
}

/**
 * What the box of a gateway does not have for its VMs. Of what is not known nothing is found.
 * @param name  of the gateway
 */
export function hostPlacement(vms: readonly PlacedVm[], compute: Compute, name: string): readonly Diagnostic[] {
  return ask([missingCpus, disturbedCpus, plainKernel, unlockedMemory, hugePages], { vms, compute, name });
}

function ask(rules: readonly Rule[], box: Box): readonly Diagnostic[] {
  return box.vms.flatMap(vm => rules.flatMap(rule => rule(vm, box)));
}

/** CPUs of the host that a VM is pinned to, by the field that says so. */
const PINS = {
  vcpuPins: ({ spec }: PlacedVm) => (spec.vcpuPins ?? []).flatMap(cpusIn),
  emulatorPin: ({ spec }: PlacedVm) => (spec.emulatorPin === undefined ? [] : cpusIn(spec.emulatorPin)),
} as const;
const PIN_FIELDS = Object.keys(PINS) as readonly (keyof typeof PINS)[];

function missingCpus(vm: PlacedVm, { compute, name }: Box): readonly Diagnostic[] {
  const { cpus } = compute;
  if (cpus === undefined) return [];
  return PIN_FIELDS.flatMap(field => {
    const missing = PINS[field](vm).filter(cpu => !cpus.includes(cpu));
    if (missing.length === 0) return [];
    const summary = `${labelOf(vm)} is pinned to ${cpusInWords(missing)}; ${name} has ${cpusInWords(cpus)}.`;
    return [finding('error', 'GW_PLACEMENT_CPU', vm, field, summary, `Name CPUs that ${name} has.`)];
  });
}

function disturbedCpus(vm: PlacedVm, { compute, name }: Box): readonly Diagnostic[] {
  const { isolatedCpus } = compute;
  if (vm.spec.fifoPriority === undefined || isolatedCpus === undefined) return [];
  const disturbed = PINS.vcpuPins(vm).filter(cpu => !isolatedCpus.includes(cpu));
  if (disturbed.length === 0) return [];
  const summary = `${labelOf(vm)} is a real-time VM on ${cpusInWords(disturbed)}, where ${name} starts work of its own too: it can be late.`;
  const remedy =
    isolatedCpus.length === 0
      ? `Isolate them: isolcpus= in the kernel arguments of ${name}.`
      : `Name isolated CPUs (${name} has ${cpusInWords(isolatedCpus)}), or isolate these: isolcpus= in its kernel arguments.`;
  return [finding('warning', 'GW_PLACEMENT_NOT_ISOLATED', vm, 'vcpuPins', summary, remedy)];
}

function plainKernel(vm: PlacedVm, { compute, name }: Box): readonly Diagnostic[] {
  if (vm.spec.fifoPriority === undefined || compute.realtimeKernel !== false) return [];
  const summary = `${labelOf(vm)} is a real-time VM, and the kernel of ${name} is not a real-time one: it can be late.`;
  const remedy = `Boot ${name} with a PREEMPT_RT kernel where what the VM does must never be late.`;
  return [finding('warning', 'GW_PLACEMENT_KERNEL', vm, 'fifoPriority', summary, remedy)];
}

function sharedCpus(vm: PlacedVm, { vms }: Box): readonly Diagnostic[] {
  if (vm.spec.fifoPriority === undefined) return [];
  const own = new Set(PINS.vcpuPins(vm));
  const pinnedTo = (other: PlacedVm) => PIN_FIELDS.flatMap(field => PINS[field](other)).filter(cpu => own.has(cpu));
  const others = vms.filter(other => other !== vm && pinnedTo(other).length > 0);
  if (others.length === 0) return [];
  const summary = `${labelOf(vm)} is a real-time VM and shares ${cpusInWords(others.flatMap(pinnedTo))} with ${listed(others.map(labelOf))}: each can keep the other waiting.`;
  const shared = finding('warning', 'GW_PLACEMENT_SHARED', vm, 'vcpuPins', summary, 'Give each VM CPUs of its own.');
  return [withRelated(others, shared)];
}

function swappedMemory(vm: PlacedVm): readonly Diagnostic[] {
  const { fifoPriority, lockedMemory, hugePages } = vm.spec;
  if (fifoPriority === undefined || lockedMemory === true || hugePages !== undefined) return [];
  const summary = `${labelOf(vm)} is a real-time VM whose memory may be swapped out: it can be late.`;
  const remedy = 'Lock its memory, or give it huge pages, which are never swapped out.';
  return [finding('warning', 'GW_PLACEMENT_SWAPPED', vm, 'lockedMemory', summary, remedy)];
}

function unlockedMemory(vm: PlacedVm, { compute, name }: Box): readonly Diagnostic[] {
  if (vm.spec.lockedMemory !== true || compute.locksMemory !== false) return [];
  const summary = `The memory of ${labelOf(vm)} is to be locked, and ${name} lets nobody lock so much.`;
  const remedy = 'Let libvirtd have CAP_SYS_RESOURCE there, or draw the VM without locked memory.';
  return [finding('error', 'GW_PLACEMENT_LOCK', vm, 'lockedMemory', summary, remedy)];
}

/** Said at each VM with pages of a size of which there are not enough: which of them starts last is not known. */
function hugePages(vm: PlacedVm, { compute, name, vms }: Box): readonly Diagnostic[] {
  const pages = vm.spec.hugePages;
  if (pages === undefined || compute.hugePages === undefined) return [];
  const size = PAGE_MIB[pages];
  const same = vms.filter(other => other.spec.hugePages === pages);
  const wanted = same.reduce((sum, { spec }) => sum + Math.ceil(spec.memoryMiB / size), 0);
  const there = compute.hugePages.find(({ sizeMiB }) => sizeMiB === size)?.count ?? 0;
  if (wanted <= there) return [];
  const others = same.filter(other => other !== vm);
  const who = listed([vm, ...others].map(labelOf));
  const summary = `${who} want${same.length === 1 ? 's' : ''} ${wanted} huge pages of ${size} MiB; ${name} has ${there} for VMs.`;
  const remedy = `Set them aside with hugepages= in the kernel arguments of ${name} and mount hugetlbfs, or draw the VM without.`;
  const lacking = finding('error', 'GW_PLACEMENT_HUGE_PAGES', vm, 'hugePages', summary, remedy);
  return [withRelated(others, lacking)];
}

function finding(
  severity: Severity,
  code: Code,
  { source }: PlacedVm,
  field: keyof typeof PLACEMENT,
  summary: string,
  remedy: string,
): Diagnostic {
  return { severity, code, summary, remedy, source: { ...source, field } };
}

/** The same, with the other VMs that take part. */
function withRelated(related: readonly PlacedVm[], found: Diagnostic): Diagnostic {
  return related.length === 0 ? found : { ...found, related: related.map(vm => vm.source) };
}

function labelOf({ source }: PlacedVm): string {
  return source.label ?? source.node;
}
