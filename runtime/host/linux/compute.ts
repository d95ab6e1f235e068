// Reads what a Linux host has for VMs that want processors and memory of their own. What may not be read is not known.
import type { Compute } from '../../model/compute.ts';
import { readCpuList } from '../../model/host-cpus.ts';
import type { Host } from '../host.ts';

const CPUS = '/sys/devices/system/cpu';
const HUGE_PAGES = '/sys/kernel/mm/hugepages';
/** Number of the right to go beyond limits [capabilities(7), CAP_SYS_RESOURCE]. */
const CAP_SYS_RESOURCE = 24n;
const MEBIBYTES: Readonly<Record<string, number>> = { M: 1, G: 1024 };

export async function readCompute(host: Pick<Host, 'readFile' | 'list'>): Promise<Compute> {
  const [cpus, isolatedCpus] = await Promise.all(['online', 'isolated'].map(file => readCpus(host, `${CPUS}/${file}`)));
  const [realtimeKernel, locksMemory, hugePages] = await Promise.all([
    readKernel(host),
    readLocking(host),
    readHugePages(host),
  ]);
  const found = { cpus, isolatedCpus, realtimeKernel, locksMemory, hugePages };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

async function readCpus(host: Pick<Host, 'readFile'>, path: string): Promise<number[] | undefined> {
  const text = await host.readFile(path);
  const cpus = text === undefined ? undefined : readCpuList(text);
  return cpus === undefined ? undefined : [...cpus];
}

/** A real-time kernel says so in a file of its own; any other has a version, and no such file. */
async function readKernel(host: Pick<Host, 'readFile'>): Promise<boolean | undefined> {
  const said = await host.readFile('/sys/kernel/realtime');
  if (said !== undefined) return said.trim() === '1';
  const version = await host.readFile('/proc/version');
  return version === undefined ? undefined : version.includes('PREEMPT_RT');
}

/**
 * Whether libvirtd can lock the memory of a guest. Its own rights are not known here; but it has none that the first process of
 * the host cannot have, and in a container that often has not. Without the right it may still be that nothing limits us, and so
 * it neither.
 */
async function readLocking(host: Pick<Host, 'readFile'>): Promise<boolean | undefined> {
  const [status, limits] = await Promise.all([host.readFile('/proc/1/status'), host.readFile('/proc/self/limits')]);
  const rights = /^CapBnd:\s*([0-9a-f]{16})$/m.exec(status ?? '')?.[1];
  if (/^Max locked memory\s+\S+\s+unlimited\s/m.test(limits ?? '')) return true;
  return rights === undefined ? undefined : ((BigInt(`0x${rights}`) >> CAP_SYS_RESOURCE) & 1n) === 1n;
}

/** Pages of each size that are set aside; none of a size whose file system is not mounted, for QEMU takes them from there. */
async function readHugePages(host: Pick<Host, 'readFile' | 'list'>): Promise<Compute['hugePages']> {
  const mounts = await host.readFile('/proc/mounts');
  if (mounts === undefined) return undefined;
  const mounted = new Set([...mounts.matchAll(/^\S+ \S+ hugetlbfs \S*pagesize=(\d+)([MG])/gm)].map(sizeOf));
  const folders = await host.list(HUGE_PAGES);
  const pages = await Promise.all(
    folders.flatMap(folder => {
      const kib = /^hugepages-(\d{1,9})kB$/.exec(folder)?.[1];
      const sizeMiB = Number(kib) / 1024;
      return Number.isInteger(sizeMiB) && mounted.has(sizeMiB) ? [readPages(host, folder, sizeMiB)] : [];
    }),
  );
  return pages.sort((a, b) => a.sizeMiB - b.sizeMiB);
}

async function readPages(host: Pick<Host, 'readFile'>, folder: string, sizeMiB: number) {
  const text = (await host.readFile(`${HUGE_PAGES}/${folder}/nr_hugepages`))?.trim() ?? '';
  return { sizeMiB, count: /^\d{1,9}$/.test(text) ? Number(text) : 0 };
}

function sizeOf([, number = '', unit = '']: RegExpMatchArray): number {
  return Number(number) * (MEBIBYTES[unit] ?? 0);
}
