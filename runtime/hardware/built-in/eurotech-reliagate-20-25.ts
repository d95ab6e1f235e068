// Eurotech ReliaGATE 20-25.
import { describeBox } from '../describe-box.ts';

export const eurotechReliagate2025 = describeBox({
  name: 'eurotech-reliagate-20-25',
  vendor: 'Eurotech',
  model: 'ReliaGATE 20-25',
  cpu: { brand: 'Intel Atom E3827', cores: 2, vtd: false },
  memoryMiB: 2048,
  ethernetMbps: [1000, 1000],
  serial: ['rs232-485', 'rs232-485'],
  tpm: { present: true },
  facts: {
    serial: {
      confidence: 'vendor-sheet',
      source:
        'https://esf.eurotech.com/docs/how-to-use-rs-485-ports tells the line type; how many there are is remembered',
    },
  },
});
