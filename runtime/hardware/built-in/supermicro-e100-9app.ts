// Supermicro SYS-E100-9APP. COM3 and COM4 share an interrupt, so they go to one VM together.
import { describeBox, type SocketDescription } from '../describe-box.ts';

const MODEL = {
  confidence: 'user',
  source: 'https://github.com/lf-edge/eden/blob/f14219e8/models/template_l1_SYS-E100-9APP.json',
} as const;

const usb = (label: string): SocketDescription => ({
  ...{ label, kind: 'usb', group: 'USB-A' },
  address: { pciAddress: '0000:00:15.0' },
});

export const supermicroE1009app = describeBox({
  name: 'supermicro-e100-9app',
  vendor: 'Supermicro',
  model: 'SYS-E100-9APP',
  cpu: { brand: 'Intel Pentium N4200', cores: 4, vtd: true },
  memoryMiB: 8192,
  sockets: [
    { label: 'eth0', kind: 'ethernet', group: 'eth0', address: { pciAddress: '0000:02:00.0' } },
    { label: 'eth1', kind: 'ethernet', group: 'eth1', address: { pciAddress: '0000:03:00.0' } },
    { label: 'USB-C', kind: 'usb', group: 'USB-C', address: { pciAddress: '0000:05:00.0' } },
    ...['USB0', 'USB1', 'USB2', 'USB3', 'USB4', 'USB5'].map(usb),
    { label: 'COM1', kind: 'serial', group: 'COM1', address: { device: '/dev/ttyS0', irq: 4, ioPorts: '3f8-3ff' } },
    { label: 'COM2', kind: 'serial', group: 'COM2', address: { device: '/dev/ttyS1', irq: 3, ioPorts: '2f8-2ff' } },
    { label: 'COM3', kind: 'serial', group: 'COM34', address: { device: '/dev/ttyS2', irq: 7, ioPorts: '3e8-3ef' } },
    { label: 'COM4', kind: 'serial', group: 'COM34', address: { device: '/dev/ttyS3', irq: 7, ioPorts: '2e8-2ef' } },
  ],
  facts: { memory: MODEL, sockets: MODEL },
});
