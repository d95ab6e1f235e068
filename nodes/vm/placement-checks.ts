// What contradicts itself in where a VM shall run. Whether its box has what it wants is found between resources.
import { cpusIn, cpusInWords } from '../../runtime/model/host-cpus.ts';
import { PAGE_MIB, type PLACEMENT } from '../../runtime/model/kinds/placement.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';

type Placed = Pick<VmSpec, 'vcpus' | 'memoryMiB' | keyof typeof PLACEMENT>;
interface Contradiction {
  /** Of the form. */
  readonly field: string;
  /** What is wrong, after the name of the VM. */
  readonly fact: string;
  readonly remedy: string;
}
type Check = (spec: Placed) => readonly Contradiction[];

/** Reports everything that contradicts itself. */
export function checkPlacement(node: DrawnNode, spec: Placed, scope: Scope): void {
  for (const { field, fact, remedy } of CHECKS.flatMap(check => check(spec)))
    scope.report({ code: 'GW_PLACEMENT_FIELDS', node, field, summary: `${node.label} ${fact}.`, remedy });
}

const onePinEach: Check = ({ vcpus, vcpuPins = [] }) =>
  vcpuPins.length === 0 || vcpuPins.length === vcpus
    ? []
    : [
        {
          field: 'vcpuPins',
          fact: `has ${vcpus} vCPUs and is pinned to CPUs of the host for ${vcpuPins.length} of them`,
          remedy: `Write ${vcpus === 1 ? 'one entry' : `${vcpus} entries, separated by commas`}: the CPUs of each vCPU in their order.`,
        },
      ];

/** One that never waits would keep anything else from its CPU, wherever the host put it. */
const realtimeIsPinned: Check = ({ fifoPriority, vcpuPins = [], emulatorPin }) => {
  if (fifoPriority === undefined) return [];
  const missing = [
    ...(vcpuPins.length === 0 ? [{ field: 'vcpuPins', what: 'its vCPUs run' }] : []),
    ...(emulatorPin === undefined ? [{ field: 'emulatorPin', what: 'the rest of it runs' }] : []),
  ];
  return missing.map(({ field, what }) => ({
    field,
    fact: `is a real-time VM, and it is not said on which CPUs of the host ${what}`,
    remedy: 'Name CPUs for its vCPUs, and others for the rest of it.',
  }));
};

const emulatorIsApart: Check = ({ fifoPriority, vcpuPins = [], emulatorPin }) => {
  if (fifoPriority === undefined || emulatorPin === undefined) return [];
  const taken = new Set(vcpuPins.flatMap(cpusIn));
  const both = cpusIn(emulatorPin).filter(cpu => taken.has(cpu));
  if (both.length === 0) return [];
  const fact = `is a real-time VM whose vCPUs would keep its devices waiting: both run on ${cpusInWords(both)}`;
  return [{ field: 'emulatorPin', fact, remedy: 'Name other CPUs for the rest of the VM.' }];
};

const wholePages: Check = ({ memoryMiB, hugePages }) => {
  const size = hugePages === undefined ? 1 : PAGE_MIB[hugePages];
  if (memoryMiB % size === 0) return [];
  const fact = `has ${memoryMiB} MiB of memory, which is no whole number of pages of ${size} MiB`;
  return [{ field: 'memoryMiB', fact, remedy: `Give it a multiple of ${size} MiB.` }];
};

const growth: Check = ({ memoryMiB, leastMemoryMiB, lockedMemory, hugePages }) => {
  if (leastMemoryMiB === undefined) return [];
  const field = 'leastMemoryMiB';
  if (leastMemoryMiB < 64 || leastMemoryMiB > memoryMiB) {
    const fact = `would be left with ${leastMemoryMiB} MiB of its ${memoryMiB} MiB of memory`;
    return [{ field, fact, remedy: `Leave it 64 to ${memoryMiB} MiB, or write 0 so that it always has all of it.` }];
  }
  if (lockedMemory !== true && hugePages === undefined) return [];
  const fact = `cannot give memory back that is ${lockedMemory === true ? 'locked' : 'made of huge pages'}`;
  return [{ field, fact, remedy: 'Write 0 as its least memory, or let its memory be ordinary.' }];
};

const CHECKS: readonly Check[] = [onePinEach, realtimeIsPinned, emulatorIsApart, wholePages, growth];
