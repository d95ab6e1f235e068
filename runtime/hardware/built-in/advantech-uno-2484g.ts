// Advantech UNO-2484G.
import { describeBox } from '../describe-box.ts';

export const advantechUno2484g = describeBox({
  name: 'advantech-uno-2484g',
  vendor: 'Advantech',
  model: 'UNO-2484G',
  cpu: { brand: 'Intel Core i3-6100U', vtd: true },
  memoryMiB: 8192,
  ethernetMbps: [1000, 1000, 1000, 1000],
  serial: ['rs232-422-485', 'rs232-422-485', 'rs232-422-485', 'rs232-422-485'],
  facts: {
    cpu: {
      confidence: 'user',
      source: 'a public list of tested hardware names this CPU; there are variants with others',
    },
  },
});
