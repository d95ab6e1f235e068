// The fields of a hardware node. What stands for the device of a connector depends on what the connector is.
import { z } from 'zod';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import * as fields from '../../runtime/model/fields.ts';
import { DeviceName } from '../../runtime/model/kinds/uplink.ts';
import { withKind } from './migrate.ts';
import { HARDWARE_MODELS } from './models.ts';
import { MOST_ROWS } from './rows.ts';

const label = fields.name('printed label');
const role = fields.choice(['management', 'plant', 'uplink']).default('plant');
const mac = fields.optionalMac().default('');

const networkCard = z.object({
  label,
  kind: z.literal('ethernet'),
  device: fields.matching(DeviceName, 'a network device', 'Write the name Linux gives the card, such as enp3s0.'),
  role,
  mac,
});

/** WHY their devices may be missing: a box has connectors that nobody uses. Who wires one is asked for it. */
const serialPort = z.object({ label, kind: z.literal('serial'), device: fields.optionalDevice().default('') });
const canPort = z.object({
  label,
  kind: z.literal('can'),
  device: fields
    .pattern(/^(?!\.{1,2}$)[^\s/:]{0,15}$/, 'the name of a CAN interface', 'Write one such as can0.')
    .default(''),
});

/** What can only be given to a VM: at a USB port, or a PCI device. */
const usbSocket = z.object({
  label,
  kind: z.literal('usb'),
  device: fields
    .pattern(/^(?:[1-9]\d{0,2}-[1-9]\d{0,2}(?:\.[1-9]\d{0,2}){0,5})?$/, 'a USB port', 'Write one such as 1-4.1.')
    .default(''),
});
const pciDevice = z.object({
  label,
  kind: z.literal('pci'),
  device: fields
    .pattern(
      /^(?:[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7])?$/,
      'a PCI address',
      'Write one such as 0000:02:00.0; lspci -D shows them.',
    )
    .default(''),
});

/** What signs for the box; a drawing may leave open what Linux calls it. */
const tpm = z.object({
  label,
  kind: z.literal('tpm'),
  device: fields
    .pattern(/^(?:\/dev\/tpm(?:rm)?\d{1,3})?$/, 'a TPM', 'Write one such as /dev/tpm0, or leave it empty.')
    .default(''),
});

/** Most characters of a profile in a drawing; that of a large server has a tenth. */
const MOST_PROFILE_CHARACTERS = 1 << 20;
const profile = BoxProfile.nullable()
  .superRefine((value, context) => {
    if (value === null || JSON.stringify(value).length <= MOST_PROFILE_CHARACTERS) return;
    const fact = `the profile of the box has more than ${MOST_PROFILE_CHARACTERS} characters`;
    const remedy = 'Take from the profile what the drawing does not need, and read it again.';
    context.addIssue({ code: 'custom', message: fact, params: { code: 'GW_FIELD_INVALID', fact, remedy } });
  })
  .default(null);

export const HardwareConfig = z.object({
  name: fields.name(),
  gateway: fields.reference(),
  /** `imported`: the profile is in the node. */
  model: fields.choice(['custom', 'imported', ...HARDWARE_MODELS.map(model => model.id)]),
  /** WHY a default: older nodes have none. */
  profile,
  vcpus: fields.integer(1, 1024),
  memoryMiB: fields.integer(64, 1 << 30),
  reservedMemoryMiB: fields.integer(0, 1 << 30),
  interfaces: fields.rows(
    z.preprocess(withKind, z.discriminatedUnion('kind', [networkCard, serialPort, canPort, usbSocket, pciDevice, tpm])),
    MOST_ROWS,
  ),
});
export type HardwareConfig = z.infer<typeof HardwareConfig>;
