// Kontron KBox A-150-APL. Its modem and its USB sockets hang on one controller.
import { describeBox } from '../describe-box.ts';

const MODEL = {
  confidence: 'user',
  source: 'https://github.com/lf-edge/eden/blob/f14219e8/models/template_l1_kbox.json',
} as const;

export const kontronKboxA150Apl = describeBox({
  name: 'kontron-kbox-a-150-apl',
  vendor: 'Kontron',
  model: 'KBox A-150-APL',
  cpu: { brand: 'Intel Atom (Apollo Lake)', cores: 4, vtd: true },
  memoryMiB: 8192,
  sockets: [
    { label: 'X106', kind: 'ethernet', group: 'eth0', address: { pciAddress: '0000:01:00.0' } },
    { label: 'X107', kind: 'ethernet', group: 'eth1', address: { pciAddress: '0000:03:00.0' } },
    { label: 'USB 3.0 X104', kind: 'usb', group: 'USB', address: { pciAddress: '0000:00:15.0' } },
    { label: 'USB 3.0 X105', kind: 'usb', group: 'USB', address: { pciAddress: '0000:00:15.0' } },
    { label: 'wwan0', kind: 'cellular', group: 'USB', address: { interface: 'wwan0', pciAddress: '0000:00:15.0' } },
    {
      label: 'COM1 X102',
      kind: 'serial',
      group: 'COM1',
      address: { device: '/dev/ttyS0', irq: 4, ioPorts: '3f8-3ff' },
    },
    {
      label: 'COM2 X202',
      kind: 'serial',
      group: 'COM2',
      address: { device: '/dev/ttyS1', irq: 3, ioPorts: '2f8-2ff' },
    },
    {
      label: 'COM3 X203',
      kind: 'serial',
      group: 'COM3',
      address: { device: '/dev/ttyS2', irq: 7, ioPorts: '3e8-3ef' },
    },
  ],
  facts: { memory: MODEL, sockets: MODEL },
});
