// The disks that the host runs from: from the file systems it is mounted from, through encryption, volumes and RAID, down to
// what is screwed into the box.
import type { Reading } from './reading.ts';

const BLOCK = '/sys/block';
/** A host that loses one of these stands still, or does not come up again. */
const SYSTEM_MOUNTS = /^\/(boot|boot\/efi|efi|usr|var)?$/;
/** More layers than anybody has put above each other; stops at a loop that a dump could hold. */
const MOST_LAYERS = 8;

export interface BootDisks {
  /** Names such as `sda`. */
  readonly disks: ReadonlySet<string>;
  /** Whether they are all: otherwise the host may run from others too. */
  readonly isWhole: boolean;
}

export async function bootDisks(reading: Reading): Promise<BootDisks> {
  const mounts = systemMounts((await reading.raw('/proc/self/mountinfo')) ?? '');
  const blocks = await blockNames(reading);
  const found = await Promise.all(
    mounts.map(mount => disksOf(reading, blocks, blocks.get(mount.device) ?? mount.name)),
  );
  return {
    disks: new Set(found.flat()),
    isWhole: mounts.length > 0 && found.every(disks => disks.length > 0),
  };
}

interface Mount {
  /** Numbers of the device: `8:2`. Some file systems make up their own. */
  readonly device: string;
  /** `sda2` of `/dev/sda2`, `vg-root` of `/dev/mapper/vg-root`. */
  readonly name: string;
}

/** The file systems of the host itself [proc_pid_mountinfo(5)]. */
function systemMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap(line => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device = '', , point = ''] = before.split(' ');
    const name = after.split(' ')[1]?.split('/').at(-1) ?? '';
    return SYSTEM_MOUNTS.test(point) ? [{ device, name }] : [];
  });
}

/** Names of disks and of their partitions by all that they may be called: their numbers, and what a volume is named. */
async function blockNames({ names, text }: Reading): Promise<ReadonlyMap<string, string>> {
  const all = await Promise.all(
    (await names(BLOCK)).map(async disk => {
      const folders = [disk, ...(await names(`${BLOCK}/${disk}`)).filter(name => name.startsWith(disk))];
      const rows = folders.map(async name => {
        const numbers = await text(`${BLOCK}/${name === disk ? disk : `${disk}/${name}`}/dev`);
        return numbers === undefined ? [] : [[numbers, name] as const];
      });
      const volume = disk.startsWith('dm-') ? await text(`${BLOCK}/${disk}/dm/name`) : undefined;
      return [...(await Promise.all(rows)).flat(), ...(volume === undefined ? [] : [[volume, disk] as const])];
    }),
  );
  return new Map(all.flat());
}

/** What a disk, a partition or a volume lies on in the end; empty when that is no disk. */
async function disksOf(
  reading: Reading,
  blocks: ReadonlyMap<string, string>,
  called: string,
  layers = 0,
): Promise<readonly string[]> {
  const name = blocks.get(called) ?? called;
  const disks = await reading.names(BLOCK);
  const disk = disks.find(each => name === each || isPartition(name, each));
  if (disk === undefined || layers > MOST_LAYERS) return [];
  const below = await reading.names(`${BLOCK}/${disk}/slaves`);
  if (below.length === 0) return /^(dm-|md|loop|zram)/.test(disk) ? [] : [disk];
  return (await Promise.all(below.map(each => disksOf(reading, blocks, each, layers + 1)))).flat();
}

/** `sda2` of `sda`, `nvme0n1p2` of `nvme0n1`. */
function isPartition(name: string, disk: string): boolean {
  return (
    name.startsWith(disk) &&
    /^(\d+|p\d+)$/.test(name.slice(disk.length)) &&
    /\d$/.test(disk) === /^p/.test(name.slice(disk.length))
  );
}
