// Disks: how large they are, where they hang, and whether the host runs from them.
import type { Evidence } from '../evidence.ts';
import { known, wholeNumber } from '../import/imported.ts';
import type { Disk } from '../profile.ts';
import { bootDisks } from './boot-disks.ts';
import type { Carriers } from './buses.ts';
import type { Place } from './places.ts';
import type { Reading } from './reading.ts';

const SECTOR_BYTES = 512;
const EVIDENCE: Evidence = { '*': { confidence: 'probed', source: '/sys/block' } };
const BOOT = { confidence: 'probed', source: '/proc/self/mountinfo' } as const;
/** What the kernel puts between a controller and a disk on it: SCSI and SATA, SAS, NVMe, virtio, memory cards. */
const BETWEEN =
  /^(ata\d+|host\d+|port-[\d:]+|end_device-[\d:]+|target[\d:]+|\d+(:\d+){3}|nvme|nvme\d+|virtio\d+|mmc_host|mmc\d+|mmc\d+:\w+)$/;
/** Of the longest way there is, that over SAS. */
const MOST_STEPS = 6;
/** Whole disks; neither the ways to a drive nor the parts of a memory card that no file system is on. */
const DISK = /^(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
/** A namespace of an NVMe drive; with `c` in it the way to one by this controller. */
const NAMESPACE = /^(nvme\d+)(?:c\d+)?(n\d+)$/;

interface DiskPlace extends Place {
  readonly bus?: Disk['bus'];
}

export async function probeDisks(reading: Reading, carriers: Carriers): Promise<Disk[]> {
  const { names, number, text } = reading;
  const found = (await names('/sys/block')).filter(name => DISK.test(name));
  const [places, boot] = await Promise.all([placesOfDisks(reading, carriers), bootDisks(reading)]);
  return Promise.all(
    found.slice(0, 500).map(async name => {
      const of = (file: string) => `/sys/block/${name}/${file}`;
      const [sectors, rotating, removable] = await Promise.all(
        ['size', 'queue/rotational', 'removable'].map(file => number(of(file))),
      );
      return {
        name: name.slice(0, 64),
        ...known({
          sizeMiB: sectors === undefined ? undefined : wholeNumber(Math.floor((sectors * SECTOR_BYTES) / 1024 / 1024)),
          model: (await text(of('device/model'))) ?? (await text(of('device/name'))),
          bus: busOfName(name),
          rotating: rotating === undefined ? undefined : rotating === 1,
          removable: removable === undefined ? undefined : removable === 1,
          boot: boot.disks.has(name) ? true : boot.isWhole ? false : undefined,
        }),
        ...places.get(name),
        evidence: { ...EVIDENCE, boot: BOOT },
      };
    }),
  );
}

function busOfName(name: string): Disk['bus'] {
  if (name.startsWith('nvme')) return 'nvme';
  if (name.startsWith('mmcblk')) return 'mmc';
  return name.startsWith('vd') ? 'virtio' : undefined;
}

/** The controller that each disk hangs on, and the USB port where it is plugged into one. */
async function placesOfDisks(reading: Reading, { pci, usb }: Carriers): Promise<ReadonlyMap<string, DiskPlace>> {
  const places = new Map<string, DiskPlace>();
  for (const [pciAddress, inside] of pci)
    for (const way of await disksBelow(reading, `/sys/bus/pci/devices/${pciAddress}`, inside))
      places.set(way.disk, { pciAddress, ...(way.isSata ? { bus: 'sata' as const } : {}) });
  const controllers = new Map(
    [...pci].flatMap(([address, inside]) =>
      inside.flatMap(name => (/^usb\d+$/.test(name) ? [[name.slice(3), address] as const] : [])),
    ),
  );
  for (const [usbPort, parts] of usb) {
    const pciAddress = controllers.get(usbPort.split('-', 1)[0] ?? '');
    for (const { folder, names } of parts)
      for (const { disk } of await disksBelow(reading, folder, names))
        places.set(disk, { ...known({ pciAddress }), usbPort, bus: 'usb' });
  }
  return places;
}

interface Way {
  readonly disk: string;
  readonly isSata: boolean;
}

/** @param inside  names in the folder */
async function disksBelow(
  reading: Reading,
  folder: string,
  inside: readonly string[],
  steps = 0,
): Promise<readonly Way[]> {
  if (steps > MOST_STEPS) return [];
  const found = inside.map(async (name): Promise<readonly Way[]> => {
    const [, drive, namespace] = NAMESPACE.exec(name) ?? [];
    if (drive !== undefined) return [{ disk: `${drive}${namespace}`, isSata: false }];
    const path = `${folder}/${name}`;
    if (name === 'block') return (await reading.names(path)).map(disk => ({ disk, isSata: false }));
    if (!BETWEEN.test(name)) return [];
    const below = await disksBelow(reading, path, await reading.names(path), steps + 1);
    return name.startsWith('ata') ? below.map(way => ({ ...way, isSata: true })) : below;
  });
  return (await Promise.all(found)).flat();
}
