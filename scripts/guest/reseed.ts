// A program for the guest that no package has: it makes the kernel take up new randomness at once (the ioctl RNDRESEEDCRNG of
// random(4)). What is written to /dev/urandom counts only at the next reseed, up to a minute later; until then all guests of
// one snapshot would draw the same numbers, for keys too.
import { CALL, call, program, set } from './elf.ts';

const RNDRESEEDCRNG = 0x5207;

/** Ends with 0 when the kernel did it, with the number of the error otherwise. */
export function reseedProgram(): Buffer {
  return program(
    path =>
      Buffer.concat([
        ...[set('ebx', path), set('ecx', 0), call(CALL.open)],
        Buffer.from([0x89, 0xc3]), // mov ebx, eax
        ...[set('ecx', RNDRESEEDCRNG), call(CALL.ioctl)],
        Buffer.from([0x89, 0xc3, 0xf7, 0xdb]), // mov ebx, eax; neg ebx
        call(CALL.exit),
      ]),
    Buffer.from('/dev/urandom\0'),
  );
}
