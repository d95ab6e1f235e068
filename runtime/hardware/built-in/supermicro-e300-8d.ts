// Supermicro SYS-E300-8D.
import { describeBox } from '../describe-box.ts';

const TESTBED = {
  confidence: 'user',
  source: 'a public description of a testbed: E300-8D with 4 cores at 2.2 GHz, 32 GB, 2 x 10 Gbit/s and 6 x 1 Gbit/s',
} as const;

export const supermicroE3008d = describeBox({
  name: 'supermicro-e300-8d',
  vendor: 'Supermicro',
  model: 'SYS-E300-8D',
  cpu: { brand: 'Intel Xeon D-1518', cores: 4, vtd: true },
  memoryMiB: 32_768,
  ethernetMbps: [10_000, 10_000, 1000, 1000, 1000, 1000, 1000, 1000],
  facts: { cpu: TESTBED, memory: TESTBED, ethernet: TESTBED },
});
