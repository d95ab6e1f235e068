// The world of the real back end: kernel, nftables, libvirt with emulated processors. A box is used again as long as the agent
// itself leaves it as it was; whatever stays behind is a fault, and that box is given up.
import { readdir } from 'node:fs/promises';
import { emptyDesign, type GatewayDesign } from '../../runtime/model/design.ts';
import { type Inventory, type LinuxSite, openLinuxSite } from './linux-site.ts';
import { type FaultPlace, type FaultWorld, openFolder, runAt } from './world.ts';

export interface LinuxWorld extends FaultWorld {
  /** Closes the boxes. */
  close(): Promise<void>;
}

interface Box {
  readonly site: LinuxSite;
  /** What lay there before any agent came. */
  readonly untouched: Inventory;
}

/** @param boxes  pretend boxes at the same time, each with a libvirtd of its own */
export function linuxWorld(design: GatewayDesign, boxes = 1): LinuxWorld {
  const onLinux = { ...design, gateway: { ...design.gateway, backend: 'linux' as const } };
  const free: Box[] = [];
  const world: FaultWorld = {
    name: 'linux',
    design: onLinux,
    inProcess: false,
    parallel: boxes,
    async open() {
      const box = free.pop() ?? (await openBox(onLinux));
      return openPlace(box, place => leave(world, place, box, free));
    },
  };
  return {
    ...world,
    async close() {
      for (const { site } of free.splice(0)) await site.close();
    },
  };
}

async function openBox(design: GatewayDesign): Promise<Box> {
  const site = await openLinuxSite(design);
  return { site, untouched: await site.inventory() };
}

async function openPlace({ site }: Box, leavePlace: (place: FaultPlace) => Promise<void>): Promise<FaultPlace> {
  const { close, ...folder } = await openFolder();
  const { prefix, mark: environment } = site.machine;
  const place = { ...folder, prefix, environment, settings: site.settings };
  return {
    ...place,
    async close() {
      try {
        await leavePlace({ ...place, close });
      } finally {
        await close();
      }
    },
  };
}

/** Takes all of ours away through the agent and looks what is left. @throws Error when that is anything */
async function leave(world: FaultWorld, place: FaultPlace, box: Box, free: Box[]): Promise<void> {
  try {
    const verdict = await runAt(world, place, { action: 'apply', design: emptyDesign(world.design.gateway) });
    if (verdict === 'killed' || verdict.outcome !== 'applied' || verdict.left.length > 0)
      throw new Error(`an empty drawing could not be applied: ${JSON.stringify(verdict)}`);
    const left = [...(await leftFiles(place)), ...newIn(await box.site.inventory(), box.untouched)];
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
    free.push(box);
  } catch (error) {
    await box.site.close();
    throw error;
  }
}

/** What an agent keeps of itself: its journal, which tells what was, and at which start of the host it last worked. */
const OWN = /^(?:journal\.db.*|boot)$/;

/** Files of drivers. */
async function leftFiles({ stateDirectory }: FaultPlace): Promise<readonly string[]> {
  const entries = await readdir(stateDirectory, { recursive: true, withFileTypes: true });
  return entries.filter(entry => !entry.isDirectory() && !OWN.test(entry.name)).map(entry => `file ${entry.name}`);
}

/** What one list has and the other has not, both ways: of somebody else's nothing may be missing. */
function newIn(now: Inventory, before: Inventory): readonly string[] {
  return Object.entries(now).flatMap(([kind, found]) => {
    const known = before[kind] ?? [];
    return [
      ...found.filter(one => !known.includes(one)).map(one => `${kind} ${one}`),
      ...known.filter(one => !found.includes(one)).map(one => `${kind} without ${one}`),
    ];
  });
}
