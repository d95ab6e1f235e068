// A program for the guest that no package has: it makes the kernel take up new randomness at once (the ioctl RNDRESEEDCRNG of
// random(4)). What is written to /dev/urandom counts only at the next reseed, up to a minute later; until then all guests of
// one snapshot would draw the same numbers, for keys too. It is small enough to be laid out by hand: no compiler is needed.

/** Where an i386 program is loaded by convention. */
const BASE = 0x0804_8000;
const ELF_HEADER = 52;
const PROGRAM_HEADER = 32;
const RNDRESEEDCRNG = 0x5207;

const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const half = (value: number) => word(value).subarray(0, 2);

/** A static ELF program for i386; ends with 0 when the kernel did it, with the number of the error otherwise. */
export function reseedProgram(): Buffer {
  const start = BASE + ELF_HEADER + PROGRAM_HEADER;
  const path = Buffer.from('/dev/urandom\0');
  const length = code(0).length;
  const body = Buffer.concat([code(start + length), path]);
  const size = ELF_HEADER + PROGRAM_HEADER + body.length;
  return Buffer.concat([elfHeader(start), programHeader(size), body]);
}

/** open(path, O_RDONLY); ioctl(fd, RNDRESEEDCRNG); exit(-result), by the calls of Linux for i386 */
function code(path: number): Buffer {
  const call = Buffer.from([0xcd, 0x80]); // int 0x80
  return Buffer.concat([
    ...[Buffer.from([0xb8]), word(5)], // mov eax, open
    ...[Buffer.from([0xbb]), word(path)], // mov ebx, path
    ...[Buffer.from([0x31, 0xc9]), call], // xor ecx, ecx
    Buffer.from([0x89, 0xc3]), // mov ebx, eax
    ...[Buffer.from([0xb8]), word(54)], // mov eax, ioctl
    ...[Buffer.from([0xb9]), word(RNDRESEEDCRNG), call], // mov ecx, RNDRESEEDCRNG
    Buffer.from([0x89, 0xc3, 0xf7, 0xdb]), // mov ebx, eax; neg ebx
    ...[Buffer.from([0xb8]), word(1), call], // mov eax, exit
  ]);
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
