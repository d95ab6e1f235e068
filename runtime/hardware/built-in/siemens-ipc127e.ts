// Siemens SIMATIC IPC127E. Its four USB sockets hang on one controller.
import { describeBox, type SocketDescription } from '../describe-box.ts';

const MODEL = {
  confidence: 'user',
  source: 'https://github.com/lf-edge/eden/blob/f14219e8/models/template_l1_SIMATIC-IPC127E.json',
} as const;

const usb = (label: string): SocketDescription => ({
  ...{ label, kind: 'usb', group: 'USB' },
  address: { pciAddress: '0000:00:15.0' },
});

export const siemensIpc127e = describeBox({
  name: 'siemens-ipc127e',
  vendor: 'Siemens',
  model: 'SIMATIC IPC127E',
  cpu: { brand: 'Intel Atom E3940', cores: 4, vtd: true },
  memoryMiB: 4096,
  sockets: [
    { label: 'X1 P1 PN/IE(LAN)', kind: 'ethernet', group: 'eth0', address: { pciAddress: '0000:01:00.0' } },
    { label: 'X2 P1 PN/IE(LAN)', kind: 'ethernet', group: 'eth1', address: { pciAddress: '0000:02:00.0' } },
    { label: 'X3 P1 PN/IE(LAN)', kind: 'ethernet', group: 'eth2', address: { pciAddress: '0000:03:00.0' } },
    ...['X60 USB', 'X61 USB', 'X62 USB', 'X63 USB'].map(usb),
  ],
  tpm: { present: true },
  facts: { memory: MODEL, sockets: MODEL },
});
