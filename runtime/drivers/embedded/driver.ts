// VMs of an embedded gateway: PCs in the process of the agent or beside it, started by our own user. Needs no rights. Which
// hypervisor runs them is the gateway's choice.
import { createHash } from 'node:crypto';
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import { fieldSocketOf } from '../../host/field-sockets.ts';
import type { Host } from '../../host/host.ts';
import { ImageStore } from '../../host/images/store.ts';
import { openStore } from '../../host/resource-files.ts';
import { SnapshotStore } from '../../host/snapshot-store.ts';
import type { Driver, DriverWorld, Handle } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import { HypervisorChoice } from '../../model/gateway.ts';
import { choose } from './choose.ts';
import { holdFleet } from './fleet.ts';
import type { Hypervisor, HypervisorName } from './hypervisor.ts';
import { qemuHypervisor } from './qemu/hypervisor.ts';
import { probeQemu } from './qemu/probe.ts';
import type { SocketPlaces } from './sockets.ts';
import { v86Hypervisor } from './v86/hypervisor.ts';
import { VmHandle } from './vm.ts';

/** Whose images a hypervisor takes. */
const ARCHITECTURE = { qemu: 'amd64', v86: 'i386' } as const satisfies Record<HypervisorName, string>;

const vmDriver: Driver<'vm', Host> = {
  kind: 'vm',
  name: 'embedded',
  async connect(world) {
    const store = storeOf(world);
    const hypervisor = await hypervisorOf(world, store);
    const images = () => store.names([ARCHITECTURE[hypervisor.name]]);
    const { facts } = hypervisor;
    if (world.settings.dormant === DORMANT.dormant) return { facts, handle: { ...sleepingHandle(world), images } };
    const { host, now } = world;
    const fleet = { host, now, folder: folderOf(world), sockets: socketPlaces(world), hypervisor };
    const handle = new VmHandle(await holdFleet(fleet));
    return { facts, handle: Object.assign(handle, { images }) };
  },
};

export const embedded: DriverSet = { backend: 'embedded', resident: true, drivers: [vmDriver as AnyDriver] };

function folderOf({ stateDirectory, gateway }: DriverWorld<Host>): string {
  return `${stateDirectory}/${gateway.name}`;
}

function socketPlaces({ stateDirectory, sharedDirectory, gateway: { name } }: DriverWorld<Host>): SocketPlaces {
  const meeting = sharedDirectory ?? stateDirectory;
  return {
    folder: `${stateDirectory}/q`,
    prefix: `${createHash('sha256').update(name).digest('hex').slice(0, 4)}-`,
    nameOf: vm => fieldSocketOf(meeting, name, vm),
  };
}

/** Images and memories may be shared by all gateways of a machine; without a word they are this gateway's own. */
function storeOf({ stateDirectory, settings }: DriverWorld<Host>): ImageStore {
  return new ImageStore(settings.imageDirectory ?? `${stateDirectory}/images`);
}

async function hypervisorOf(world: DriverWorld<Host>, images: ImageStore): Promise<Hypervisor> {
  const { host, stateDirectory, settings } = world;
  const drawn = HypervisorChoice.catch('auto').parse(settings.hypervisor);
  const { hypervisor, acceleration, because } = await choose(drawn, {
    qemu: () => probeQemu(host),
    amd64Image: async () => (await images.list()).some(image => image.architecture === 'amd64' && !image.problem),
  });
  if (hypervisor === 'qemu') return qemuHypervisor({ host, images }, acceleration ?? 'tcg', because);
  const snapshots = new SnapshotStore(settings.snapshotDirectory ?? `${stateDirectory}/snapshots`);
  return v86Hypervisor({ images, snapshots }, because);
}

/** Shows what the files say in a process that starts nothing. */
function sleepingHandle(world: DriverWorld<Host>): Handle<'vm'> {
  const store = openStore(world.host, folderOf(world), 'vm');
  const refuse = async () => {
    throw new GatewrightError(
      'GW_AGENT_AWAY',
      'VMs are not started by a process that soon ends; start npm start or an agent',
    );
  };
  return {
    observe: async () =>
      (await store.list()).map(({ address, generation, spec }) => {
        const status = { state: 'stopped', why: 'its process does not run' };
        return { kind: 'vm', address, generation, spec: { ...spec, running: false }, status };
      }),
    create: refuse,
    update: refuse,
    remove: refuse,
    async close() {},
  };
}
