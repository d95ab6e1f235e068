// The declaration of CAN buses. Not here, because it is set where the interface is made: the bit rate of an interface of the
// kernel, its sample point, termination.
import { z } from 'zod';
import * as fields from '../../model/fields.ts';
import { option, type Protocol } from '../../model/protocol.ts';
import german from './locales/de.json' with { type: 'json' };
import { BIT_RATES } from './slcan/adapter.ts';

const KERNEL = { field: 'adapter', is: ['socketcan'] } as const;
const SERIAL = { field: 'adapter', is: ['slcan'] } as const;
/** Bits per second that adapters at a serial line know. */
const RATES = BIT_RATES.map(String) as [string, ...string[]];

const options = z
  .object({
    adapter: option(fields.choice(['socketcan', 'slcan', 'none']).default('socketcan'), {
      title: 'Adapter',
      help: 'An interface of the kernel; an adapter at a serial line, which needs no CAN in the kernel; or none: only the VMs are on the bus.',
    }),
    interface: option(
      fields
        .pattern(/^(?!\.{1,2}$)[^\s/:]{1,15}$/, 'the name of an interface', 'Write one such as can0.')
        .default('can0'),
      { title: 'Interface', connector: 'can', only: KERNEL },
    ),
    path: option(fields.optionalDevice().default(''), { title: 'Port', connector: 'serial', only: SERIAL }),
    bitRate: option(z.enum(RATES).default('500000'), { title: 'Bit rate', unit: 'bit/s', only: SERIAL }),
    listenOnly: option(fields.flag().default(false), {
      ...{ title: 'Listen only', only: SERIAL },
      help: 'Never sends, not even the acknowledgement of the frames of others.',
    }),
    fd: option(fields.flag().default(false), {
      title: 'CAN FD',
      help: 'Whether the VMs understand CAN FD. Those that do not never get such frames, and may send none.',
    }),
    places: option(fields.integer(1, 65_536).default(256), {
      title: 'Receive queue',
      rare: true,
      unit: 'frames',
      help: 'Of each VM; what does not fit is dropped and counted.',
    }),
  })
  .superRefine(({ adapter, path }, context) => {
    if (adapter !== 'slcan' || path !== '') return;
    const fact = 'there is no port';
    const params = { code: 'GW_FIELD_INVALID', fact, remedy: 'Write the serial port of the adapter.' };
    context.addIssue({ code: 'custom', path: ['path'], message: fact, params });
  });

export type CanOptions = z.infer<typeof options>;

export const can = {
  name: 'can',
  title: 'CAN',
  summary: 'Frames of a CAN bus, by an interface of the kernel, an adapter at a serial line, or between VMs only.',
  carries: 'can',
  limits: [
    'The bit rate of an interface of the kernel is set where the interface is made, as by ip link.',
    'Without an adapter there is no bit rate, arbitration or error frame: what one VM sends, all others get.',
    'npm socketcan does not tell a short frame of CAN FD from a classic one.',
    'CAN FD at a serial line needs an adapter with the commands of CANable.',
  ],
  translations: { de: german },
  mostVms: 16,
  options,
} as const satisfies Protocol<typeof options>;
