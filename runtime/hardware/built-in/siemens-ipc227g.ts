// Siemens SIMATIC IPC227G.
import { describeBox } from '../describe-box.ts';

export const siemensIpc227g = describeBox({
  name: 'siemens-ipc227g',
  vendor: 'Siemens',
  model: 'SIMATIC IPC227G',
  cpu: { brand: 'Intel Atom x6413E', cores: 4, vtd: true },
  memoryMiB: 4096,
  ethernetMbps: [1000, 1000, 1000],
  serial: ['unknown'],
  tpm: { present: true, version: '2.0' },
});
