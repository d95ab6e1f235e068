// Gateways that can be bought: a start for the hardware node, every value can be changed. Only what the named source says
// is stated. Sockets are counted here (lan-1, lan-2, …): write the printed label instead. Device names depend on the
// operating system, so they are left to the user.
import type { InterfaceRole } from '../../runtime/model/kinds/uplink.ts';

export interface HardwareModel {
  readonly id: string;
  readonly title: string;
  /** Where the figures were read. */
  readonly source: string;
  /** Cores; threads of a core are not counted. */
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly interfaces: readonly { readonly label: string; readonly role: InterfaceRole }[];
}

const IOT2050_SOURCE =
  'https://github.com/SIMATICmeetsLinux/IOT2050-SmartFarming-Application/blob/main/docs/SIMATIC_IOT2050_setting_up.md';

/** The first socket is a suggestion for management, the others for the plant. */
function sockets(count: number): HardwareModel['interfaces'] {
  return Array.from({ length: count }, (_unused, index) => ({
    label: `lan-${index + 1}`,
    role: index === 0 ? 'management' : 'plant',
  }));
}

export const HARDWARE_MODELS: readonly HardwareModel[] = [
  {
    id: 'simatic-iot2050-basic',
    title: 'Siemens SIMATIC IOT2050 Basic',
    source: IOT2050_SOURCE,
    vcpus: 2,
    memoryMiB: 1024,
    interfaces: sockets(2),
  },
  {
    id: 'simatic-iot2050-advanced',
    title: 'Siemens SIMATIC IOT2050 Advanced',
    source: IOT2050_SOURCE,
    vcpus: 4,
    memoryMiB: 2048,
    interfaces: sockets(2),
  },
  {
    id: 'supermicro-e300-8d',
    title: 'Supermicro SYS-E300-8D with 8 GB',
    // Xeon D-1518; six 1G sockets, then two 10G. Its ninth socket is the board's own management (IPMI), no network card.
    source: 'https://github.com/perfsonar/project/wiki/Small-form-factor-10GE-perfSONAR-testpoint',
    vcpus: 4,
    memoryMiB: 8192,
    interfaces: sockets(8),
  },
];
