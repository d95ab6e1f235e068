// Siemens SIMATIC IPC227E.
import { describeBox } from '../describe-box.ts';

export const siemensIpc227e = describeBox({
  name: 'siemens-ipc227e',
  vendor: 'Siemens',
  model: 'SIMATIC IPC227E',
  cpu: { brand: 'Intel Celeron N2930', cores: 4, vtd: false },
  memoryMiB: 2048,
  ethernetMbps: [1000, 1000],
  serial: ['unknown'],
});
