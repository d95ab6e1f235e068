// Codes of what a box does not have for VMs that want processors or memory of their own.
import type { CodeEntry } from './entry.ts';

export const PLACEMENT_CODES = {
  GW_PLACEMENT_HUGE_PAGES: {
    fault: 'host',
    meaning: 'The box has not set as many huge pages aside as its VMs want.',
    remedy: 'Set them aside when the host starts (`hugepages=` in its kernel arguments), or draw the VMs without.',
  },
  GW_PLACEMENT_LOCK: {
    fault: 'host',
    meaning: 'The memory of a VM is to be locked, and the host does not let anybody lock so much.',
    remedy: 'Let libvirtd have CAP_SYS_RESOURCE, or draw the VM without locked memory.',
  },
  GW_PLACEMENT_NOT_ISOLATED: {
    fault: 'host',
    meaning: 'A real-time VM runs on CPUs on which the host may start work of its own, so it can be late.',
    remedy: 'Isolate them (`isolcpus=` in the kernel arguments of the host), or name isolated ones.',
  },
  GW_PLACEMENT_KERNEL: {
    fault: 'host',
    meaning: 'A real-time VM runs on a host whose kernel is not a real-time one, so it can be late.',
    remedy: 'Boot the host with a PREEMPT_RT kernel where what the VM does must never be late.',
  },
} as const satisfies Record<string, CodeEntry>;
