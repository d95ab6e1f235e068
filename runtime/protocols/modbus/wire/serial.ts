// A way to devices over a serial port of the host, by npm serialport (prebuilt, and it locks the port for us alone).
import { SerialPort } from 'serialport';
import { switchDirection } from '../../../host/linux/rs485.ts';
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import { type OpenWire, streamWire } from './wire.ts';

export interface SerialSettings {
  /** For example `/dev/ttyUSB0`, better `/dev/serial/by-id/…`. */
  readonly path: string;
  readonly baudRate: number;
  /** Default even, which the specification demands as default [SL 2.5.1]. */
  readonly parity?: 'none' | 'even' | 'odd';
  /** Default 1, or 2 without parity, so that a character always has 11 bits [SL 2.5.1]. */
  readonly stopBits?: 1 | 2;
  /** Who switches the transmitter of RS-485: the adapter by itself (default), or the driver of the port by RTS. */
  readonly direction?: 'adapter' | 'kernel';
  /** How long RTS is up before and after what is sent, in ms; where the driver switches. Default 0. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
}

/** Bits of a character on the line, with start and stop bits. */
export const BITS_OF_CHARACTER = 11;

/** Opens the port anew at each call. */
export function serialWire(settings: SerialSettings): OpenWire {
  return async lost => {
    const port = await open(settings);
    const wire = streamWire(port, lost, () => closePort(port));
    if (settings.direction !== 'kernel' || switched(port, settings)) return wire;
    await wire.close();
    const message = `the driver of ${settings.path} cannot switch RS-485; use an adapter that does, and choose that`;
    throw new GatewrightError('GW_SERIAL_DIRECTION', message);
  };
}

function open(settings: SerialSettings): Promise<SerialPort> {
  const { path, baudRate, parity = 'even', stopBits = parity === 'none' ? 2 : 1 } = settings;
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, lock: true, autoOpen: false });
    port.open(cause => {
      if (cause === null || cause === undefined) return resolve(port);
      const why = /lock/i.test(messageOf(cause)) ? 'another program has it open; end that one' : 'plug the adapter in';
      reject(new GatewrightError('GW_MODBUS_LINE_DOWN', `cannot open ${path}: ${messageOf(cause)}; ${why}`, { cause }));
    });
  });
}

function switched(port: SerialPort, { beforeMs = 0, afterMs = 0 }: SerialSettings): boolean {
  const descriptor = (port.port as { readonly fd?: number | null } | undefined)?.fd;
  return typeof descriptor === 'number' && switchDirection(descriptor, { beforeMs, afterMs });
}

/** WHY not `destroy`: only `close` gives the file descriptor and the lock back, and it fails when the port is closed. */
async function closePort(port: SerialPort): Promise<void> {
  // WHY: closing waits up to 30 s for bytes that nobody takes [serial_core.c, closing_wait].
  if (port.isOpen && port.writableLength > 0) await new Promise<void>(resolve => port.flush(() => resolve()));
  await new Promise<void>(resolve => {
    // WHY the argument: a stream that failed says `close` too, without one and before the port is free.
    if (port.closing) port.on('close', (...words: readonly unknown[]) => words.length > 0 && resolve());
    else if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}
