// What QEMU makes of a kernel that it hands to the firmware. It fills in the kernel's setup header for boot loaders that need
// it (x86_load_linux in hw/i386/x86.c), and the firmware measures the kernel with that. Newer ones offer it as it was, too.

export interface Machine {
  readonly memoryMiB: number;
  /** Of the initrd; without one, QEMU writes nothing about it. */
  readonly initrdBytes?: number;
}

/** Offsets in the setup header (Linux, "The Linux/x86 Boot Protocol"). */
const HEADER = {
  ...{ magic: 0x202, version: 0x206, loader: 0x210, flags: 0x211, initrdAt: 0x218 },
  ...{ initrdBytes: 0x21c, heapEnd: 0x224, commandLineAt: 0x228, initrdMost: 0x22c, loadFlags: 0x236 },
} as const;
const HEADER_BYTES = 0x268;
const MAGIC = 0x53726448;
/** The protocol of Linux 3.8 and later, all that we speak of. */
const LEAST_VERSION = 0x020c;
const ANYWHERE = 2;
const QEMU = 0xb0;
/** Where QEMU places the command line and the setup code in the memory of a guest. */
const [COMMAND_LINE_AT, SETUP_AT] = [0x20000, 0x10000];
/** Memory below 4 GiB of a q35 machine that has more than fits there; and what its top is kept free for. */
const [Q35_FITS, Q35_LOW, ACPI_BYTES] = [0xb0000000, 0x80000000, 0x28000];

/** @returns the kernel as the firmware finds it; undefined for one that QEMU does not fill in as we know it */
export function filledIn(kernel: Buffer, { memoryMiB, initrdBytes }: Machine): Buffer | undefined {
  if (kernel.length < HEADER_BYTES || kernel.readUInt32LE(HEADER.magic) !== MAGIC) return undefined;
  if (kernel.readUInt16LE(HEADER.version) < LEAST_VERSION || (kernel[HEADER.flags] ?? 0) % 2 === 0) return undefined;
  const copy = Buffer.from(kernel);
  copy.writeUInt32LE(COMMAND_LINE_AT, HEADER.commandLineAt);
  copy[HEADER.loader] = QEMU;
  copy[HEADER.flags] = (copy[HEADER.flags] ?? 0) | 0x80;
  copy.writeUInt16LE(COMMAND_LINE_AT - SETUP_AT - 0x200, HEADER.heapEnd);
  if (initrdBytes === undefined) return copy;
  const top = Math.min(initrdMost(kernel), lowMemory(memoryMiB) - ACPI_BYTES - 1);
  if (initrdBytes >= top) return undefined;
  copy.writeUInt32LE(top - initrdBytes - ((top - initrdBytes) % 4096), HEADER.initrdAt);
  copy.writeUInt32LE(initrdBytes, HEADER.initrdBytes);
  return copy;
}

function initrdMost(kernel: Buffer): number {
  const anywhere = (kernel.readUInt16LE(HEADER.loadFlags) & ANYWHERE) !== 0;
  return anywhere ? 0xffffffff : kernel.readUInt32LE(HEADER.initrdMost);
}

function lowMemory(memoryMiB: number): number {
  const bytes = memoryMiB * 1024 * 1024;
  return bytes >= Q35_FITS ? Q35_LOW : bytes;
}
