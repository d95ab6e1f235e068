// Lets the kernel switch the direction of an RS-485 transceiver with the RTS line (TIOCSRS485 of linux/serial.h): no program
// can switch it back in time. Only UART drivers with that support have it; USB adapters switch by themselves.
import koffi from 'koffi';

const TIOCSRS485 = 0x542f;
/** struct serial_rs485: flags, two delays in ms, five words of padding. */
const STRUCT_BYTES = 32;
/** SER_RS485_ENABLED and SER_RS485_RTS_ON_SEND. */
const FLAGS = 1 | 2;

/**
 * Turns direction control on for an open serial port: RTS is up while we send.
 * @param descriptor  file descriptor of the port
 * @param delays      how long RTS is up before and after what is sent, in ms
 * @returns whether the driver of the port can do it
 */
export function switchDirection(
  descriptor: number,
  delays: { readonly beforeMs: number; readonly afterMs: number },
): boolean {
  const ioctl = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, ...)');
  const settings = Buffer.alloc(STRUCT_BYTES);
  [FLAGS, delays.beforeMs, delays.afterMs].forEach((word, index) => {
    settings.writeUInt32LE(word, 4 * index);
  });
  return ioctl(descriptor, TIOCSRS485, 'void *', settings) === 0;
}
