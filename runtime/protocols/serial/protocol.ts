// The declaration of plain serial lines: bytes as they come, for devices whose protocol is not one of the others.
import { z } from 'zod';
import * as fields from '../../model/fields.ts';
import { option, type Protocol } from '../../model/protocol.ts';
import german from './locales/de.json' with { type: 'json' };

const KERNEL = { field: 'direction', is: ['kernel'] } as const;

const options = z.object({
  path: option(fields.device(), {
    title: 'Port',
    connector: 'serial',
    help: 'A name below /dev/serial/by-id or by-path stays the same when adapters are plugged in another order.',
  }),
  baudRate: option(fields.integer(50, 4_000_000).default(9_600), { title: 'Baud rate', unit: 'Bd' }),
  dataBits: option(fields.integer(5, 8).default(8), { title: 'Data bits' }),
  parity: option(fields.choice(['none', 'even', 'odd']).default('none'), { title: 'Parity' }),
  stopBits: option(fields.integer(1, 2).default(1), { title: 'Stop bits' }),
  flow: option(fields.choice(['none', 'hardware', 'software']).default('none'), {
    title: 'Flow control',
    help: 'Hardware is RTS/CTS, software is XON/XOFF.',
  }),
  direction: option(fields.choice(['adapter', 'kernel']).default('adapter'), {
    title: 'RS-485 direction',
    help: 'Who switches the transmitter of RS-485: the adapter by itself, or the driver of the port by RTS.',
  }),
  beforeMs: option(fields.integer(0, 100).default(0), { title: 'RTS before sending', unit: 'ms', only: KERNEL }),
  afterMs: option(fields.integer(0, 100).default(0), { title: 'RTS after sending', unit: 'ms', only: KERNEL }),
  queueBytes: option(fields.integer(256, 1_048_576).default(65_536), {
    title: 'Send queue',
    rare: true,
    unit: 'bytes',
    help: 'What does not fit is refused and counted.',
  }),
  againMs: option(fields.integer(10, 60_000).default(100), {
    title: 'First pause before reopening',
    rare: true,
    unit: 'ms',
    help: 'Doubles while the port cannot be opened.',
  }),
  againMostMs: option(fields.integer(10, 600_000).default(5_000), { title: 'Longest pause', rare: true, unit: 'ms' }),
});

export type SerialOptions = z.infer<typeof options>;

export const serial = {
  name: 'serial',
  title: 'Serial line',
  summary: 'Bytes of a serial port, RS-232 or RS-485, as they come.',
  carries: 'bytes',
  mostVms: 1,
  limits: [
    'It has no parity mark or space and no 1.5 stop bits, because npm serialport has none.',
    'Bytes with a wrong parity are left out by the kernel, and nobody counts them.',
    'npm serialport knows nothing of RS-485: the adapter switches the direction by itself, or a driver of the kernel that can.',
    'Without flow control a device that says more than its VM reads cannot be held back: the kernel loses the rest, and nobody counts it.',
    'Gaps between bytes are not kept: adapters, drivers and virtual machines do not keep them either.',
  ],
  translations: { de: german },
  options,
} as const satisfies Protocol<typeof options>;
