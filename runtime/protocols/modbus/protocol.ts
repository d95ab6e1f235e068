// The declaration of Modbus lines. Units of the line, not of a device: how to ask, and what the line does when nobody answers.
import { z } from 'zod';
import * as fields from '../../model/fields.ts';
import { option, type Protocol } from '../../model/protocol.ts';
import german from './locales/de.json' with { type: 'json' };

const RTU = { field: 'carrier', is: ['rtu'] } as const;
const TCP = { field: 'carrier', is: ['tcp'] } as const;
const SERIAL_FRAMES = { field: 'carrier', is: ['rtu', 'rtu-over-tcp'] } as const;
const NETWORK = { field: 'carrier', is: ['rtu-over-tcp', 'tcp'] } as const;
const KERNEL = { field: 'direction', is: ['kernel'] } as const;

const tenantShare = z.object({
  tenant: option(fields.name('tenant'), { title: 'Tenant' }),
  share: option(fields.integer(1, 100).default(1), { title: 'Share' }),
});

const options = z
  .object({
    carrier: option(fields.choice(['rtu', 'rtu-over-tcp', 'tcp']).default('rtu'), {
      title: 'Transmission mode',
      help: 'RTU on a serial line of the box, RTU through a serial server on the network, or Modbus TCP.',
    }),
    path: option(fields.optionalDevice().default(''), {
      ...{ title: 'Port', connector: 'serial', only: RTU },
      help: 'A name below /dev/serial/by-id or by-path stays the same when adapters are plugged in another order.',
    }),
    baudRate: option(fields.integer(50, 4_000_000).default(9_600), { title: 'Baud rate', unit: 'Bd', only: RTU }),
    parity: option(fields.choice(['none', 'even', 'odd']).default('even'), { title: 'Parity', only: RTU }),
    stopBits: option(fields.integer(1, 2).default(1), {
      ...{ title: 'Stop bits', only: RTU },
      help: 'Without parity most devices want 2.',
    }),
    direction: option(fields.choice(['adapter', 'kernel']).default('adapter'), {
      ...{ title: 'RS-485 direction', only: RTU },
      help: 'Who switches the transmitter: the adapter by itself, or the driver of the port by RTS.',
    }),
    beforeMs: option(fields.integer(0, 100).default(0), { title: 'RTS before sending', unit: 'ms', only: KERNEL }),
    afterMs: option(fields.integer(0, 100).default(0), { title: 'RTS after sending', unit: 'ms', only: KERNEL }),
    echoes: option(fields.flag().default(false), {
      ...{ title: 'Local echo', rare: true, only: RTU },
      help: 'The adapter hears what it sends.',
    }),
    host: option(fields.text(253).default(''), { title: 'Device', only: NETWORK }),
    port: option(fields.integer(1, 65_535).default(502), { title: 'Port', only: NETWORK }),
    window: option(fields.integer(1, 64).default(1), {
      ...{ title: 'Requests under way', rare: true, only: TCP },
      help: 'Some controllers answer only the first of several.',
    }),
    answerMs: option(fields.integer(10, 60_000).default(1_000), { title: 'Response time-out', unit: 'ms' }),
    turnaroundMs: option(fields.integer(0, 10_000).default(100), {
      ...{ title: 'Turnaround delay', rare: true, unit: 'ms', only: SERIAL_FRAMES },
      help: 'Quiet after a time-out or a broadcast.',
    }),
    retries: option(fields.integer(0, 10).default(1), {
      title: 'Retries',
      rare: true,
      help: 'Of reads only: a device may have done a write that it did not answer.',
    }),
    most: option(fields.integer(1, 10_000).default(256), {
      title: 'Queue',
      rare: true,
      help: 'Requests that wait for the line.',
    }),
    slots: option(fields.integer(1, 10_000).default(64), { title: 'Queue of one tenant', rare: true }),
    shares: option(fields.rows(tenantShare, 100).default([]), {
      ...{ title: 'Shares of the time', rare: true },
      help: 'Of the time of the line, when more is asked than it carries: with 3 a tenant gets three times as much as with 1, which who is not named has.',
    }),
    staleMs: option(fields.integer(100, 600_000).default(5_000), {
      ...{ title: 'Longest wait', rare: true, unit: 'ms' },
      help: 'A request that has waited longer is not sent any more.',
    }),
    againMs: option(fields.integer(10, 60_000).default(100), {
      title: 'First pause before reopening',
      rare: true,
      unit: 'ms',
    }),
    againMostMs: option(fields.integer(10, 600_000).default(5_000), { title: 'Longest pause', rare: true, unit: 'ms' }),
  })
  .superRefine(({ shares }, context) => {
    const again = shares.findIndex(({ tenant }, at) => shares.findIndex(one => one.tenant === tenant) < at);
    if (again < 0) return;
    const fact = `${shares[again]?.tenant} has two shares`;
    const params = { code: 'GW_FIELD_INVALID', fact, remedy: 'Give each tenant one.' };
    context.addIssue({ code: 'custom', path: ['shares', again, 'tenant'], message: fact, params });
  })
  .superRefine(({ carrier, path, host }, context) => {
    const [field, value] = carrier === 'rtu' ? ['path', path] : ['host', host];
    if (value !== '') return;
    const fact = `there is no ${field === 'path' ? 'port' : 'device'}`;
    const params = { code: 'GW_FIELD_INVALID', fact, remedy: 'Write where the line leads.' };
    context.addIssue({ code: 'custom', path: [field], message: fact, params });
  });

export type ModbusOptions = z.infer<typeof options>;

export const modbus = {
  name: 'modbus',
  title: 'Modbus',
  summary: 'Requests and answers of Modbus devices, on a serial line or by TCP.',
  carries: 'modbus',
  limits: [
    'There is no ASCII transmission mode.',
    'On a serial line one request is under way at a time, as the protocol demands.',
  ],
  translations: { de: german },
  options,
} as const satisfies Protocol<typeof options>;
