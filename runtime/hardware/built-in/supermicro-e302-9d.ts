// Supermicro E302-9D.
import { describeBox } from '../describe-box.ts';

export const supermicroE3029d = describeBox({
  name: 'supermicro-e302-9d',
  vendor: 'Supermicro',
  model: 'SuperServer E302-9D',
  cpu: { brand: 'Intel Xeon D-2123IT', vtd: true },
  ethernetMbps: [10_000, 10_000, 1000, 1000, 1000, 1000],
  facts: {
    cpu: {
      confidence: 'user',
      source:
        'https://www.anandtech.com/show/15906/supermicro-superserver-e3029d-review-a-fanless-10g-pfsense-powerhouse',
    },
  },
});
