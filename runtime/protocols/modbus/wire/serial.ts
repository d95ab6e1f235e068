// A way to devices over a serial port of the host, locked for us alone.
import { openSerialPort } from '../../../host/serial-port.ts';
import { GatewrightError, isGatewrightError } from '../../../model/errors.ts';
import type { OpenWire } from './wire.ts';

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
  const { parity = 'even', stopBits = parity === 'none' ? 2 : 1, direction = 'adapter' } = settings;
  const { beforeMs = 0, afterMs = 0, path, baudRate } = settings;
  const port = { path, baudRate, dataBits: 8, parity, stopBits, flow: 'none', direction, beforeMs, afterMs } as const;
  return lost => openSerialPort(port, lost).catch(refuse);
}

/** A port that is not there is a line that is down, as a device that does not answer the connection is. */
function refuse(cause: unknown): never {
  if (!isGatewrightError(cause) || cause.code !== 'GW_SERIAL_DOWN') throw cause;
  throw new GatewrightError('GW_MODBUS_LINE_DOWN', cause.message, { cause });
}
