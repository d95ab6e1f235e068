// Static programs for the guest that are small enough to be laid out by hand, so that no compiler is needed. For i386; a kernel
// for amd64 runs them too.

/** Where an i386 program is loaded by convention. */
const BASE = 0x0804_8000;
const ELF_HEADER = 52;
const PROGRAM_HEADER = 32;

/** Numbers of system calls [arch/x86/entry/syscalls/syscall_32.tbl]. */
export const CALL = { exit: 1, open: 5, pause: 29, ioctl: 54 } as const;

export const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const half = (value: number) => word(value).subarray(0, 2);

/** `mov` of a number into eax, ebx, ecx or edx. */
export function set(register: 'eax' | 'ebx' | 'ecx' | 'edx', value: number): Buffer {
  return Buffer.concat([Buffer.from([{ eax: 0xb8, ecx: 0xb9, edx: 0xba, ebx: 0xbb }[register]]), word(value)]);
}

/** A system call; its arguments are in ebx, ecx and edx. */
export function call(number: number): Buffer {
  return Buffer.concat([set('eax', number), Buffer.from([0xcd, 0x80])]);
}

/**
 * A static ELF program that begins with its code.
 * @param code  given the address at which the data stand; as long for every address
 */
export function program(code: (data: number) => Buffer, data: Buffer): Buffer {
  const start = BASE + ELF_HEADER + PROGRAM_HEADER;
  const body = Buffer.concat([code(start + code(0).length), data]);
  return Buffer.concat([elfHeader(start), programHeader(ELF_HEADER + PROGRAM_HEADER + body.length), body]);
}

function elfHeader(start: number): Buffer {
  const EXECUTABLE = 2;
  const I386 = 3;
  const identity = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]), Buffer.alloc(9)]);
  return Buffer.concat([
    ...[identity, half(EXECUTABLE), half(I386), word(1), word(start)],
    // Program headers follow at once; there are no sections and no flags.
    ...[word(ELF_HEADER), word(0), word(0), half(ELF_HEADER), half(PROGRAM_HEADER), half(1), half(0), half(0), half(0)],
  ]);
}

function programHeader(size: number): Buffer {
  const LOAD = 1;
  const READ_AND_EXECUTE = 5;
  const PAGE = 0x1000;
  return Buffer.concat([LOAD, 0, BASE, BASE, size, size, READ_AND_EXECUTE, PAGE].map(word));
}
