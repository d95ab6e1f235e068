// The box on which kills really happen: a pretend machine with the cards that a design names, a libvirtd of its own, and a
// list of all that lies there. Knows nothing of scenarios.
import { readdirSync, readFileSync } from 'node:fs';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { imageStore } from '../lab/guest-images.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../lab/libvirt.ts';
import { type Machine, type NetnsLab, netnsLab } from '../lab/netns.ts';

export interface LinuxSite {
  readonly machine: Machine;
  /** Settings of the drivers for this site. */
  readonly settings: Readonly<Record<string, string>>;
  /** All that is there, by kind: links, namespaces, files under /run, tables, domains, processes. */
  inventory(): Promise<Inventory>;
  close(): Promise<void>;
}

export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Opens a box that has what a design needs. Needs root and libvirt. */
export async function openLinuxSite(design: GatewayDesign): Promise<LinuxSite> {
  const opened: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  try {
    const images = imageStore(...imagesOf(design));
    opened.push(() => images.close());
    const lab = netnsLab();
    opened.push(() => lab.close());
    const machine = await openBox(lab, design);
    const libvirtd = await privateLibvirtd(machine);
    opened.push(() => libvirtd.close());
    // WHY no grace: a guest that is just booting does not hear that it shall shut down.
    const settings = { libvirtSocket: libvirtd.socket, imageDirectory: images.directory, shutdownSeconds: '0' };
    return { machine, settings, inventory: () => readInventory(machine, libvirtd), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function imagesOf({ resources }: GatewayDesign): readonly string[] {
  const images = Object.values<Resource>(resources)
    .filter(resource => resource.kind === 'vm')
    .map(resource => (resource.spec as Resource<'vm'>['spec']).image);
  return [...new Set(images)];
}

async function openBox(lab: NetnsLab, { gateway }: GatewayDesign): Promise<Machine> {
  const [machine, hall] = [await lab.machine(gateway.name), await lab.machine('hall')];
  const cards = gateway.hardware?.interfaces ?? [];
  for (const { device } of cards) await lab.cable(machine, device, hall, device);
  const underlay = cards.find(card => card.role === 'uplink');
  if (underlay !== undefined && gateway.tunnelAddress !== undefined)
    await machine.run('ip', 'addr', 'add', `${gateway.tunnelAddress}/24`, 'dev', underlay.device);
  return machine;
}

async function readInventory(machine: Machine, libvirtd: PrivateLibvirtd): Promise<Inventory> {
  const lines = async (text: Promise<string>) => (await text).split('\n').filter(line => line.trim() !== '');
  return {
    links: await readLinks(machine),
    namespaces: await lines(machine.run('ls', '/run/netns')),
    files: await lines(machine.run('find', '/run', '-xdev')),
    tables: await lines(machine.run('nft', 'list', 'tables')),
    domains: await lines(libvirtd.virsh('list', '--all', '--name')),
    processes: processesOf(machine),
  };
}

interface LinkAnswer {
  readonly ifname: string;
  readonly ifalias?: string;
  readonly altnames?: readonly string[];
  readonly master?: string;
}

/** Links, with all that a tag of ours could be in. */
async function readLinks(machine: Machine): Promise<readonly string[]> {
  const links = JSON.parse(await machine.run('ip', '-json', 'link', 'show')) as readonly LinkAnswer[];
  return links.map(({ ifname, ifalias = '', altnames = [], master = '' }) =>
    [ifname, master, ifalias, ...altnames].filter(word => word !== '').join(' '),
  );
}

/** Command lines of what was started inside by an agent and still runs, wherever it lives now. */
function processesOf({ mark }: Machine): readonly string[] {
  const [word = ''] = Object.entries(mark).map(([name, value]) => `${name}=${value}`);
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids.filter(pid => wordsOf(pid, 'environ').includes(word)).map(pid => wordsOf(pid, 'cmdline').join(' '));
}

function wordsOf(pid: string, file: 'environ' | 'cmdline'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return []; // it ended meanwhile
  }
}
