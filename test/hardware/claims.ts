// A box with everything that can be in the way of a claim, and claims on it.
import type { Claim, Held } from '../../runtime/hardware/closure/claim.ts';
import type { BoxProfile } from '../../runtime/hardware/profile.ts';
import { device, port, profileOf, SAID } from './profiles.ts';

/** Class and driver of each function; groups below. */
const PCI = [
  ...[device('0000:00:00.0', { classCode: '060000' }), device('0000:00:1c.0', { classCode: '060400' })],
  device('0000:00:14.0', { classCode: '0c0330' }),
  device('0000:00:1f.0', { classCode: '060100' }),
  device('0000:00:1f.3', { classCode: '040300' }),
  device('0000:00:1f.4', { classCode: '0c0500' }),
  device('0000:01:00.0', { classCode: '020000' }),
  device('0000:02:00.0', { classCode: '020000' }),
  ...[device('0000:03:00.0', { classCode: '020000' }), device('0000:03:00.1', { classCode: '020000' })],
  device('0000:05:00.0', { classCode: '0c0330' }),
  device('0000:06:00.0', { classCode: '010802' }),
];

const GROUPS = [
  ['0000:00:00.0'],
  ['0000:00:14.0'],
  ['0000:01:00.0'],
  ['0000:02:00.0'],
  // Behind a bridge of the chipset, which stays.
  ['0000:00:1c.0', '0000:03:00.0', '0000:03:00.1'],
  ['0000:05:00.0'],
  ['0000:06:00.0'],
  [],
  [],
  ['0000:00:1f.0', '0000:00:1f.3', '0000:00:1f.4'],
];

/** @param fields  what is otherwise */
export function cabinet(fields: Partial<BoxProfile> = {}): BoxProfile {
  const usb = (controllerPciAddress: string, port: string, rest: object) => ({
    port,
    controllerPciAddress,
    ...rest,
    evidence: SAID,
  });
  const chipset = '0000:00:14.0';
  return profileOf(
    [
      { ...port('mgmt', { address: { interface: 'eno1' } }), management: true },
      port('lan-2', { address: { interface: 'enp2s0', pciAddress: '0000:02:00.0' } }),
    ],
    {
      cpu: { vtd: true, evidence: SAID },
      iommu: { active: true, groups: GROUPS.map((devices, group) => ({ group, devices })), evidence: SAID },
      pciDevices: PCI,
      disks: [{ name: 'nvme0n1', boot: true, pciAddress: '0000:06:00.0', evidence: SAID }],
      nics: [
        { interface: 'eno1', pciAddress: '0000:01:00.0', evidence: SAID },
        { interface: 'enp2s0', pciAddress: '0000:02:00.0', evidence: SAID },
        { interface: 'enp3s0f0', pciAddress: '0000:03:00.0', evidence: SAID },
        { interface: 'enp3s0f1', pciAddress: '0000:03:00.1', evidence: SAID },
      ],
      usb: {
        controllers: [
          { pciAddress: chipset, buses: [1, 2], evidence: SAID },
          { pciAddress: '0000:05:00.0', buses: [3], evidence: SAID },
        ],
        devices: [
          usb(chipset, '1-2', { product: 'CAN adapter' }),
          usb(chipset, '1-4', { hub: true }),
          usb(chipset, '1-4.1', { product: 'FT232R', serialNumber: 'A50285BI' }),
          usb('0000:05:00.0', '3-1', { product: 'Camera' }),
        ],
      },
      serialPorts: [
        { device: '/dev/ttyS0', carrier: 'uart', irq: 4, evidence: SAID },
        { device: '/dev/ttyS1', carrier: 'uart', irq: 3, evidence: SAID },
        { device: '/dev/ttyS2', carrier: 'uart', irq: 4, evidence: SAID },
        { device: '/dev/ttyUSB0', carrier: 'usb', usbPort: '1-4.1', evidence: SAID },
      ],
      canPorts: [{ interface: 'can0', carrier: 'usb', usbPort: '1-2', evidence: SAID }],
      ...fields,
    },
  );
}

/** A device that a VM of cell-7 is given, by a bus `<vm>-dev`. */
export function given(vm: string, by: 'pci' | 'usb' | 'serial', ...what: readonly string[]): Claim {
  return { address: `device.cell-7/${vm}-dev`, label: `${vm}-dev`, owner: `vm.cell-7/${vm}`, held: held(by, what) };
}

/** What cell-7 itself holds. */
export function kept(kind: 'line' | 'uplink', name: string, by: 'serial' | 'interface', what: string): Claim {
  return { address: `${kind}.cell-7/${name}`, label: name, owner: 'host', held: held(by, [what]) };
}

function held(by: Held['by'], what: readonly string[]): Held {
  const [first = ''] = what;
  switch (by) {
    case 'pci':
      return { by, functions: [...what] };
    case 'usb':
      return { by, port: first };
    case 'serial':
      return { by, path: first };
    case 'interface':
      return { by, name: first };
  }
}
