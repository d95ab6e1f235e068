// Opens one serial port by npm serialport, locked for us alone, notices when it is gone, and gives it back for certain. What
// travels on it is its owner's business.
import { SerialPort } from 'serialport';
import { GatewrightError, messageOf } from '../model/errors.ts';
import type { Held } from './kept-open.ts';
import { switchDirection } from './linux/rs485.ts';

export interface SerialPortSettings {
  /** For example `/dev/ttyUSB0`, better `/dev/serial/by-id/…`. */
  readonly path: string;
  readonly baudRate: number;
  /** 5 to 8. */
  readonly dataBits: number;
  readonly parity: 'none' | 'even' | 'odd';
  /** 1 or 2. */
  readonly stopBits: number;
  /** Hardware is RTS/CTS, software is XON/XOFF. */
  readonly flow: 'none' | 'hardware' | 'software';
  /** Who switches the transmitter of RS-485: the adapter by itself, or the driver of the port by RTS. */
  readonly direction: 'adapter' | 'kernel';
  /** How long RTS is up before and after what is sent, in ms; where the driver switches. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** How often it is asked whether the port is still there. */
const WATCH_MS = 500;

export interface OpenSerialPort extends Held {
  /** Reads and writes. Its errors and its end are reported by `lost`. */
  readonly stream: SerialPort;
}

/**
 * @param lost  told when the port is gone; perhaps more than once
 * @throws GatewrightError GW_SERIAL_DOWN, GW_SERIAL_DIRECTION when the kernel shall switch RS-485 and cannot
 */
export async function openSerialPort(
  settings: SerialPortSettings,
  lost: (why: unknown) => void,
): Promise<OpenSerialPort> {
  const stream = create(settings);
  await open(stream, settings.path);
  const port = hold(stream, lost);
  if (settings.direction === 'adapter' || switched(stream, settings)) return port;
  await port.close();
  const message = `the driver of ${settings.path} cannot switch RS-485; use an adapter that does, and choose that`;
  throw new GatewrightError('GW_SERIAL_DIRECTION', message);
}

function create({ path, baudRate, dataBits, parity, stopBits, flow }: SerialPortSettings): SerialPort {
  const software = flow === 'software';
  return new SerialPort({
    ...{ path, baudRate, parity, lock: true, autoOpen: false },
    ...{ dataBits: dataBits as 5 | 6 | 7 | 8, stopBits: stopBits as 1 | 2 },
    ...{ rtscts: flow === 'hardware', xon: software, xoff: software },
  });
}

function open(stream: SerialPort, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.open(cause => {
      if (cause === null || cause === undefined) return resolve();
      const why = /lock/i.test(messageOf(cause)) ? 'another program has it open; end that one' : 'plug the adapter in';
      reject(new GatewrightError('GW_SERIAL_DOWN', `cannot open ${path}: ${messageOf(cause)}; ${why}`, { cause }));
    });
  });
}

function switched(stream: SerialPort, delays: SerialPortSettings): boolean {
  const descriptor = (stream.port as { readonly fd?: number | null } | undefined)?.fd;
  return typeof descriptor === 'number' && switchDirection(descriptor, delays);
}

function hold(stream: SerialPort, lost: (why: unknown) => void): OpenSerialPort {
  const stopWatch = watch(stream, lost);
  const freed = new Promise<void>(resolve => {
    // WHY the argument: a stream that failed says `close` too, without one and before the port is free.
    stream.on('close', (...words: readonly unknown[]) => {
      stopWatch();
      lost(words[0] ?? new Error('the port was closed'));
      if (words.length > 0) resolve();
    });
  });
  stream.on('error', lost);
  return {
    stream,
    close: () => {
      stopWatch();
      return free(stream, freed);
    },
  };
}

/**
 * WHY: when the kernel hangs a port up between two reads, npm serialport reads nothing again and again, for ever and as fast as
 * it can, and tells nobody. Any question about the port is answered with an error then.
 */
function watch(stream: SerialPort, lost: (why: unknown) => void): () => void {
  let asking = false;
  const timer = setInterval(() => {
    if (asking || !stream.isOpen || stream.port === undefined) return;
    asking = true;
    const answered = () => {
      asking = false;
    };
    stream.port.getBaudRate().then(answered, lost);
  }, WATCH_MS);
  return () => clearInterval(timer);
}

async function free(stream: SerialPort, freed: Promise<void>): Promise<void> {
  if (stream.closing) return freed;
  if (!stream.isOpen) return;
  // WHY: closing waits up to 30 s for bytes that a stopped flow control does not let go [serial_core.c, closing_wait].
  if (stream.writableLength > 0) await new Promise<void>(resolve => stream.flush(() => resolve()));
  // The port may have gone meanwhile.
  if (stream.closing) return freed;
  if (stream.isOpen) await new Promise<void>(resolve => stream.close(() => resolve()));
}
