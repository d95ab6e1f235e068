// What a probe could not see, so that nobody takes silence for absence. Pure.
import { type Finding, finding } from './finding.ts';
import type { BoxProfile } from './profile.ts';

interface Unseen {
  readonly row: string;
  readonly isUnseen: (profile: BoxProfile) => boolean;
  /** What is not known, and where it would stand. */
  readonly summary: string;
  /** Where it is something else than to look with more rights. */
  readonly remedy?: string;
}

const UNSEEN: readonly Unseen[] = [
  {
    row: 'identity',
    isUnseen: ({ identity }) => identity.productName === undefined && identity.model === undefined,
    summary: 'What the box is called could not be seen: there is neither /sys/class/dmi/id nor a device tree.',
  },
  {
    row: 'cpu',
    isUnseen: ({ cpu }) => cpu.threads === undefined,
    summary: 'The CPU could not be seen: /proc/cpuinfo cannot be read.',
  },
  {
    row: 'cpu.vtd',
    isUnseen: ({ cpu }) => cpu.vtd === undefined && cpu.architecture !== 'aarch64' && cpu.architecture !== 'armv7l',
    summary:
      'Whether the box can give PCI devices to VMs (VT-d) could not be seen: /sys/firmware/acpi/tables shows nothing.',
  },
  {
    row: 'memory',
    isUnseen: ({ memory }) => memory.totalMiB === undefined,
    summary: 'The memory could not be seen: /proc/meminfo cannot be read.',
  },
  {
    row: 'iommu',
    isUnseen: ({ iommu }) => iommu.active === undefined,
    summary: 'Whether the kernel uses an IOMMU could not be seen: /sys/kernel shows nothing.',
  },
  {
    row: 'disks',
    isUnseen: ({ disks }) => disks.some(disk => disk.boot === undefined),
    summary: 'From which disk the host runs could not be seen; none of them may be given away.',
  },
  {
    row: 'tpm',
    isUnseen: ({ tpm }) => tpm.present === undefined,
    summary: 'Whether there is a TPM could not be seen: /sys/class shows nothing.',
  },
  {
    row: 'firmware',
    isUnseen: ({ firmware }) => firmware.kind === undefined,
    summary: 'The firmware could not be seen: /sys/firmware shows nothing.',
  },
  {
    row: 'firmware.secureBoot',
    isUnseen: ({ firmware }) => firmware.kind === 'uefi' && firmware.secureBoot === undefined,
    summary: 'Whether Secure Boot is on could not be seen: /sys/firmware/efi/efivars cannot be read.',
  },
  {
    row: 'pciDevices',
    isUnseen: ({ pciDevices }) =>
      pciDevices.some(device => device.deviceId !== undefined) && pciDevices.every(nameless),
    summary: 'The PCI devices have no names: the list pci.ids, which lspci reads too, is not installed here.',
    remedy: 'Install it, on Debian with the package pci.ids, and probe again; the profile is as good without names.',
  },
];

/** @param profile  of a probe */
export function unseenIn(profile: BoxProfile): readonly Finding[] {
  return UNSEEN.filter(({ isUnseen }) => isUnseen(profile)).map(({ row, summary, remedy }) =>
    finding('info', 'GW_PROFILE_UNSEEN', row, summary, remedy),
  );
}

function nameless({ device, vendor }: BoxProfile['pciDevices'][number]): boolean {
  return device === undefined && vendor === undefined;
}
