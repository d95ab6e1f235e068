// A program for the guest that busybox lacks: it makes a serial line a CAN interface, as `slcand` and `ldattach` do, for as long
// as it runs.
//   gw-slcan /dev/ttyS1 &        the interface can0 is there then
import { CALL, call, program, set, word } from './elf.ts';

/** Reading and writing, and not as our terminal [fcntl.h]. */
const O_RDWR_NOCTTY = 0x102;
/** Sets the line discipline [ioctl_tty(2)]. */
const TIOCSETD = 0x5423;
/** Of a CAN interface over a serial line [linux/tty.h: N_SLCAN]. */
const N_SLCAN = 17;

/** Ends with the number of the error when the line cannot be had, and otherwise when it is ended. */
export function slcanProgram(): Buffer {
  const failed = Buffer.concat([Buffer.from([0xf7, 0xd8, 0x89, 0xc3]), call(CALL.exit)]); // neg eax; mov ebx, eax
  const wait = call(CALL.pause);
  return program(
    discipline =>
      Buffer.concat([
        Buffer.from([0x8b, 0x5c, 0x24, 0x08]), // mov ebx, [esp + 8]: the first argument
        ...[set('ecx', O_RDWR_NOCTTY), call(CALL.open)],
        Buffer.from([0x89, 0xc3]), // mov ebx, eax
        ...[set('ecx', TIOCSETD), set('edx', discipline), call(CALL.ioctl)],
        Buffer.from([0x85, 0xc0, 0x78, wait.length + 2]), // test eax, eax; js failed
        wait,
        Buffer.from([0xeb, 0x100 - wait.length - 2]), // jmp wait
        failed,
      ]),
    word(N_SLCAN),
  );
}
