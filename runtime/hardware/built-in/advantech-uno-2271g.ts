// Advantech UNO-2271G.
import { describeBox } from '../describe-box.ts';

export const advantechUno2271g = describeBox({
  name: 'advantech-uno-2271g',
  vendor: 'Advantech',
  model: 'UNO-2271G',
  cpu: { brand: 'Intel Atom E3815', cores: 1, vtd: false },
  memoryMiB: 2048,
  ethernetMbps: [1000, 1000],
});
