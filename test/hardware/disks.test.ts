// Disks of made-up boxes: the controller each hangs on, and which of them the host would not live without.
import assert from 'node:assert/strict';
import { probe } from '../../runtime/hardware/probe.ts';
import type { Disk } from '../../runtime/hardware/profile.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';

const PCI = '/sys/bus/pci/devices/0000:00:17.0';
const controller = { [`${PCI}/uevent`]: 'PCI_CLASS=10601\n' };
const sata = (name: string, number: number) => ({
  [`${PCI}/ata${number}/host${number}/target${number}:0:0/${number}:0:0:0/block/${name}`]: '',
});
const disk = (name: string, numbers: string, ...parts: string[]) => ({
  [`/sys/block/${name}/dev`]: `${numbers}:0\n`,
  ...Object.fromEntries(parts.map((part, index) => [`/sys/block/${name}/${part}/dev`, `${numbers}:${index + 1}\n`])),
});
const volume = (name: string, number: number, called: string, ...below: string[]) => ({
  [`/sys/block/${name}/dev`]: `253:${number}\n`,
  [`/sys/block/${name}/dm/name`]: `${called}\n`,
  ...Object.fromEntries(below.map(each => [`/sys/block/${name}/slaves/${each}`, ''])),
});
const mounted = (...lines: (readonly [device: string, point: string, source: string])[]) => ({
  '/proc/self/mountinfo': lines
    .map(([device, point, source], index) => `${index + 20} 1 ${device} / ${point} rw shared:1 - ext4 ${source} rw\n`)
    .join(''),
});

async function disksOf(...files: Record<string, string>[]): Promise<readonly Disk[]> {
  return (await probe(createFakeHost({ files: Object.assign({}, ...files) }))).disks;
}

/** Whether the host runs from each disk. */
async function bootsFrom(...files: Record<string, string>[]): Promise<Record<string, boolean | undefined>> {
  return Object.fromEntries((await disksOf(...files)).map(each => [each.name, each.boot]));
}

describe('the disk that a host runs from', () => {
  it('is that of the partition it is mounted from, and no other', async () => {
    const disks = { ...disk('sda', '8', 'sda1', 'sda2'), ...disk('sdb', '9', 'sdb1') };
    const data = mounted(['8:2', '/', '/dev/root'], ['9:1', '/data', '/dev/sdb1']);
    assert.deepEqual(await bootsFrom(disks, data), { sda: true, sdb: false });
  });

  it('is every disk below volumes, encryption and RAID', async () => {
    const layers = {
      ...disk('sda', '8', 'sda1'),
      ...disk('sdb', '9', 'sdb1'),
      ...disk('sdc', '10'),
      '/sys/block/md0/dev': '11:0\n',
      '/sys/block/md0/slaves/sda1': '',
      '/sys/block/md0/slaves/sdb1': '',
      ...volume('dm-0', 0, 'crypt', 'md0'),
      ...volume('dm-1', 1, 'vg-root', 'dm-0'),
    };
    const expected = { sda: true, sdb: true, sdc: false };
    assert.deepEqual(await bootsFrom(layers, mounted(['253:1', '/', '/dev/mapper/vg-root'])), expected);
    // Btrfs makes up its numbers; then the name tells.
    assert.deepEqual(await bootsFrom(layers, mounted(['0:30', '/', '/dev/mapper/vg-root'])), expected);
  });

  it('is also the one with its boot loader', async () => {
    const disks = { ...disk('nvme0n1', '259', 'nvme0n1p1'), ...disk('mmcblk0', '179', 'mmcblk0p1') };
    const both = mounted(['259:1', '/', '/dev/nvme0n1p1'], ['179:1', '/boot/efi', '/dev/mmcblk0p1']);
    assert.deepEqual(await bootsFrom(disks, both), { mmcblk0: true, nvme0n1: true });
  });

  it('is not known where the host runs from no disk of its own, or from one that cannot be seen', async () => {
    const disks = { ...disk('sda', '8', 'sda1'), ...disk('sdb', '9', 'sdb1') };
    assert.deepEqual(await bootsFrom(disks, mounted(['0:40', '/', 'overlay'])), { sda: undefined, sdb: undefined });
    assert.deepEqual(await bootsFrom(disks), { sda: undefined, sdb: undefined });
    const half = mounted(['0:40', '/', 'overlay'], ['8:1', '/boot', '/dev/sda1']);
    assert.deepEqual(await bootsFrom(disks, half), { sda: true, sdb: undefined });
  });

  it('is not looked for without end in volumes that lie on each other', async () => {
    const loop = { ...disk('sda', '8'), ...volume('dm-0', 0, 'a', 'dm-1'), ...volume('dm-1', 1, 'b', 'dm-0') };
    assert.deepEqual(await bootsFrom(loop, mounted(['253:0', '/', '/dev/mapper/a'])), { sda: undefined });
  });
});

describe('a disk', () => {
  it('is found at its controller, whatever is between them', async () => {
    const places = await disksOf(
      controller,
      sata('sda', 1),
      { '/sys/bus/pci/devices/0000:01:00.0/nvme/nvme0/nvme0c0n1': '' },
      { '/sys/bus/pci/devices/0000:01:00.0/uevent': '' },
      { '/sys/bus/pci/devices/0000:02:00.0/host3/port-3:0/end_device-3:0/target3:0:0/3:0:0:0/block/sdb': '' },
      { '/sys/bus/pci/devices/0000:03:00.0/virtio1/block/vda': '' },
      ...['sda', 'sdb', 'vda', 'nvme0n1', 'nvme0c0n1', 'mmcblk0boot0'].map(name => disk(name, '1')),
    );
    assert.deepEqual(
      places.map(each => [each.name, each.bus, each.pciAddress]),
      [
        ['nvme0n1', 'nvme', '0000:01:00.0'],
        ['sda', 'sata', '0000:00:17.0'],
        ['sdb', undefined, '0000:02:00.0'],
        ['vda', 'virtio', '0000:03:00.0'],
      ],
    );
  });

  it('that is plugged in is found at its USB port and at the controller of that', async () => {
    const stick = await disksOf(
      { '/sys/bus/pci/devices/0000:00:14.0/usb1': '', '/sys/bus/usb/devices/1-2/idVendor': '0781\n' },
      { '/sys/bus/usb/devices/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb': '', ...disk('sdb', '8') },
    );
    assert.deepEqual(
      stick.map(each => [each.bus, each.usbPort, each.pciAddress]),
      [['usb', '1-2', '0000:00:14.0']],
    );
  });
});
