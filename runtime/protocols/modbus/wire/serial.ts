// A way to devices over a serial port of the host, by npm serialport (prebuilt, and it locks the port for us alone).
import { SerialPort } from 'serialport';
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import type { OpenWire, Wire } from './wire.ts';

export interface SerialSettings {
  /** For example `/dev/ttyUSB0`, better `/dev/serial/by-id/…`. */
  readonly path: string;
  readonly baudRate: number;
  /** Default even, which the specification demands as default [SL 2.5.1]. */
  readonly parity?: 'none' | 'even' | 'odd';
  /** Default 1, or 2 without parity, so that a character always has 11 bits [SL 2.5.1]. */
  readonly stopBits?: 1 | 2;
}

/** Bits of a character on the line, with start and stop bits. */
export const BITS_OF_CHARACTER = 11;

/** Opens the port anew at each call. */
export function serialWire(settings: SerialSettings): OpenWire {
  return () => open(settings);
}

function open(settings: SerialSettings): Promise<Wire> {
  const { path, baudRate, parity = 'even', stopBits = parity === 'none' ? 2 : 1 } = settings;
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, lock: true, autoOpen: false });
    port.open(cause => {
      if (cause === null || cause === undefined) {
        port.on('error', () => {});
        resolve({ stream: port, close: () => closePort(port) });
        return;
      }
      const why = /lock/i.test(messageOf(cause)) ? 'another program has it open; end that one' : 'plug the adapter in';
      reject(new GatewrightError('GW_MODBUS_LINE_DOWN', `cannot open ${path}: ${messageOf(cause)}; ${why}`, { cause }));
    });
  });
}

/** WHY not `destroy`: only `close` gives the file descriptor and the lock back, and it fails when the port is closed. */
function closePort(port: SerialPort): Promise<void> {
  return new Promise(resolve => {
    if (port.closing) port.once('close', () => resolve());
    else if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}
