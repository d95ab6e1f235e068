// What this host can do with devices that VMs own.
import type { Host } from '../../../host/host.ts';
import type { DriverFacts } from '../../../model/driver.ts';

export async function deviceFacts(host: Host): Promise<DriverFacts<'device'>> {
  const [groups, usb] = await Promise.all([host.list('/sys/kernel/iommu_groups'), host.list('/sys/bus/usb/devices')]);
  return {
    kind: 'device',
    driver: 'libvirt',
    label: 'real',
    mutable: { vm: 'live', tenant: 'live', label: 'live', attach: 'live', plugged: 'live' },
    // The guest knows its devices by names that are made of ours.
    renames: false,
    // A VM that is made anew has none of them.
    rebuildWith: ['vm'],
    seconds: { create: 5, update: 5, restart: 5, remove: 5 },
    losesState: false,
    lacks: {
      ...(groups.length > 0 ? {} : { pci: 'the kernel of this host uses no IOMMU' }),
      ...(usb.length > 0 ? {} : { usb: 'this host has no USB' }),
    },
  };
}
