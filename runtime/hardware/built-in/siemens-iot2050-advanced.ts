// Siemens SIMATIC IOT2050 Advanced.
import { describeBox } from '../describe-box.ts';

const SETUP = {
  confidence: 'user',
  source:
    'https://github.com/SIMATICmeetsLinux/IOT2050-SmartFarming-Application/blob/main/docs/SIMATIC_IOT2050_setting_up.md',
} as const;

export const siemensIot2050Advanced = describeBox({
  name: 'siemens-iot2050-advanced',
  vendor: 'Siemens',
  model: 'SIMATIC IOT2050 Advanced',
  cpu: { architecture: 'aarch64', brand: 'TI AM6548', cores: 4, vtd: false },
  memoryMiB: 2048,
  ethernetMbps: [1000, 1000],
  serial: ['rs232-422-485'],
  facts: { memory: SETUP, ethernet: SETUP },
});
