// HPE GL20 (later EL20).
import { describeBox } from '../describe-box.ts';

export const hpeGl20 = describeBox({
  name: 'hpe-gl20',
  vendor: 'HPE',
  model: 'GL20',
  cpu: { brand: 'Intel Core i5-4300U', cores: 2, vtd: true },
  memoryMiB: 8192,
  ethernetMbps: [1000, 1000, 1000, 1000, 1000],
  serial: ['unknown'],
  others: ['gpio', 'can'],
  tpm: { present: true },
});
