// The profile of a host from files alone: /sys, /proc, and lists of names; of this one or, from a dump, of another. Needs no
// rights: what may not be read is not known.
import type { Host } from '../host/host.ts';
import { findCarriers, probeIommu, probePci, probeUsb } from './probe/buses.ts';
import { probeCompute, probeCpu, probeFirmware, probeIdentity, probeMemory, probeTpm } from './probe/computer.ts';
import { probeDisks } from './probe/disks.ts';
import { probeGpio, probeInterfaces, probeSerial } from './probe/interfaces.ts';
import { managedInterfaces } from './probe/management.ts';
import { withNames } from './probe/names.ts';
import { placesOfInterfaces, placesOfTtys } from './probe/places.ts';
import { openReading } from './probe/reading.ts';
import { socketsOf } from './probe/sockets.ts';
import { type BoxProfile, emptyProfile } from './profile.ts';

type Files = Pick<Host, 'readFile' | 'list'>;

/**
 * @param host   whose files are read; nothing is written and no program is run
 * @param root   folder of a dump made by `scripts/collect-hardware.sh`; without one the host itself
 * @param lists  a host that has lists of the names of devices
 */
export async function probe(host: Files, root = '', lists: Files = host): Promise<BoxProfile> {
  const reading = openReading(host, root);
  const iommu = await probeIommu(reading);
  const pciDevices = await probePci(reading, iommu);
  const carriers = await findCarriers(reading, pciDevices);
  const [interfaces, ttys] = await Promise.all([
    placesOfInterfaces(reading, carriers),
    placesOfTtys(reading, carriers),
  ]);
  const usb = await probeUsb(reading, carriers);
  const profile: BoxProfile = {
    ...emptyProfile(),
    identity: await probeIdentity(reading),
    cpu: await probeCpu(reading),
    memory: await probeMemory(reading),
    ...(await probeCompute(reading)),
    iommu,
    pciDevices,
    disks: await probeDisks(reading, carriers),
    ...(await probeInterfaces(reading, interfaces, pciDevices)),
    usb,
    serialPorts: await probeSerial(reading, ttys, controllersByBus(usb)),
    gpio: await probeGpio(reading),
    tpm: await probeTpm(reading),
    firmware: await probeFirmware(reading),
  };
  const managed = await managedInterfaces(reading);
  const sockets = socketsOf(profile, address => groupName(profile, address), managed);
  return withNames({ ...profile, ports: sockets }, lists);
}

function controllersByBus({ controllers }: BoxProfile['usb']): ReadonlyMap<number, string> {
  return new Map(controllers.flatMap(({ buses, pciAddress }) => buses.map(bus => [bus, pciAddress] as const)));
}

/** Without an IOMMU no PCI device can go to a VM, so none has a group. */
function groupName({ iommu, pciDevices }: BoxProfile, address: string): string | undefined {
  const group = pciDevices.find(device => device.address === address)?.iommuGroup;
  return iommu.active === true && group !== undefined ? `iommu-${group}` : undefined;
}
