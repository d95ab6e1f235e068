// Codes of where in its box a VM shall run, as far as the drawing tells.

export const PLACEMENT_DRAWING_CODES = {
  GW_PLACEMENT_FIELDS: {
    fault: 'user',
    meaning: 'Fields of a VM that say where in the box it runs contradict each other.',
    remedy: 'Correct them as the finding says.',
  },
  GW_PLACEMENT_CPU: {
    fault: 'user',
    meaning: 'A VM is pinned to a CPU that its box does not have.',
    remedy: 'Name another CPU of the host, or correct the hardware node.',
  },
  GW_PLACEMENT_SHARED: {
    fault: 'user',
    meaning: 'A CPU of a real-time VM is given to another VM too; each can keep the other waiting.',
    remedy: 'Give each VM CPUs of its own.',
  },
  GW_PLACEMENT_SWAPPED: {
    fault: 'user',
    meaning: 'A real-time VM has memory that may be swapped out, so it can be late.',
    remedy: 'Lock its memory, or give it huge pages.',
  },
  GW_FIRMWARE_MEMORY: {
    fault: 'user',
    meaning: 'A VM with UEFI has so little memory that its firmware may not find room for what it shall start.',
    remedy: 'Give it more memory, or let it have a BIOS.',
  },
  GW_MEMORY_GROWTH: {
    fault: 'user',
    meaning: 'VMs that may grow would not fit into the box if all of them did.',
    remedy: 'Give them less memory, unless they never need it all at the same time.',
  },
} as const;
