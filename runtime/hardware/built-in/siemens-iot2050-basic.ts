// Siemens SIMATIC IOT2050 Basic.
import { describeBox } from '../describe-box.ts';

const SETUP = {
  confidence: 'user',
  source:
    'https://github.com/SIMATICmeetsLinux/IOT2050-SmartFarming-Application/blob/main/docs/SIMATIC_IOT2050_setting_up.md',
} as const;

export const siemensIot2050Basic = describeBox({
  name: 'siemens-iot2050-basic',
  vendor: 'Siemens',
  model: 'SIMATIC IOT2050 Basic',
  cpu: { architecture: 'aarch64', brand: 'TI AM6528', cores: 2, vtd: false },
  memoryMiB: 1024,
  ethernetMbps: [1000, 1000],
  serial: ['rs232-422-485'],
  facts: { memory: SETUP, ethernet: SETUP },
});
