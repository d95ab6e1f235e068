// VMs through libvirt on a Linux gateway, real with KVM and emulated without, and the devices of the box that they own.
import type { AnyDriver, DriverSet } from '../../host/driver-set.ts';
import { attestSocketOf, fieldSocketOf } from '../../host/field-sockets.ts';
import type { Host } from '../../host/host.ts';
import { readCompute } from '../../host/linux/compute.ts';
import type { Compute } from '../../model/compute.ts';
import type { Driver, DriverFacts, DriverWorld } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import { everyPlacementField } from '../../model/kinds/placement.ts';
import { chooseMachine, type Machine } from './capabilities.ts';
import { deviceFacts } from './devices/facts.ts';
import { DeviceHandle } from './devices/handle.ts';
import { Owners } from './devices/owner.ts';
import { FieldNames } from './field-names.ts';
import { FileNames, VmFiles } from './files.ts';
import { LibvirtLink } from './link.ts';
import { capabilities, EVENT } from './rpc/calls.ts';
import { TpmSecret } from './tpm-secret.ts';
import { missingForTrust } from './trust-facts.ts';
import { VmHandle } from './vm.ts';

/** Settings of the agent's start that this driver reads, with their defaults. */
const DEFAULTS = {
  libvirtSocket: '/var/run/libvirt/libvirt-sock',
  imageDirectory: '/var/lib/gatewright/images',
  /** `auto`, or `emulated` to leave KVM alone. */
  acceleration: 'auto',
  /** Seconds a guest may take to shut down before a restart; 0 = pull the plug. */
  shutdownSeconds: '10',
};

const vmDriver: Driver<'vm', Host> = {
  kind: 'vm',
  name: 'libvirt',
  async connect(world) {
    const settings = { ...DEFAULTS, ...world.settings };
    const { host, gateway, stateDirectory, sharedDirectory = stateDirectory } = world;
    const files = new VmFiles(host, new FileNames(settings.imageDirectory, stateDirectory));
    const fieldNames = new FieldNames(host, files.names, vm => ({
      field: fieldSocketOf(sharedDirectory, gateway.name, vm),
      attest: attestSocketOf(sharedDirectory, gateway.name, vm),
    }));
    const graceMs = readSeconds(settings.shutdownSeconds) * 1000;
    const link = new LibvirtLink(host, settings.libvirtSocket);
    try {
      const machine = await probe(world, link, settings.acceleration === 'emulated');
      const tpmSecret = new TpmSecret(host, stateDirectory, gateway.name);
      const parts = { host, link, files, fieldNames, tpmSecret };
      const handle = new VmHandle({ ...parts, gateway: gateway.name, machine, graceMs });
      await handle.mendNames();
      const lacks = await missingForTrust(host);
      const facts = { ...factsOf(machine, await readCompute(host), graceMs), lacks };
      return { facts, handle: Object.assign(handle, { images: () => files.images() }) };
    } catch (error) {
      await link.close();
      throw error;
    }
  },
};

async function probe({ host }: DriverWorld<Host>, link: LibvirtLink, emulated: boolean): Promise<Machine> {
  const xml = await capabilities(await link.connection());
  return chooseMachine(xml, (await host.readFile('/proc/cpuinfo')) ?? '', emulated);
}

function factsOf({ acceleration }: Machine, compute: Compute, graceMs: number): DriverFacts<'vm'> {
  const real = acceleration === 'kvm';
  const start = real ? 5 : 15;
  return {
    kind: 'vm',
    driver: 'libvirt',
    label: real ? 'real' : 'emulated',
    // Neither image nor tenant is here: another image is another disk, and no tenant inherits another's memory.
    mutable: {
      startOrder: 'live',
      running: 'live',
      kernelArguments: 'restart',
      vcpus: 'restart',
      memoryMiB: 'restart',
      watchdog: 'restart',
      nics: 'restart',
      fieldLine: 'restart',
      hotplug: 'restart',
      firmware: 'restart',
      tpm: 'restart',
      gates: 'live',
      ...everyPlacementField('restart'),
    },
    renames: true,
    // A guest holds the tap it was started with; a new one needs a new start.
    rebuildWith: ['port'],
    seconds: { create: start, update: 1, restart: start + Math.ceil(graceMs / 1000), remove: 2 },
    losesState: true,
    lacks: {},
    compute,
  };
}

const deviceDriver: Driver<'device', Host> = {
  kind: 'device',
  name: 'libvirt',
  async connect(world) {
    const settings = { ...DEFAULTS, ...world.settings };
    const { host, gateway, stateDirectory } = world;
    const files = new FileNames(settings.imageDirectory, stateDirectory);
    const events = [EVENT.deviceAdded, EVENT.deviceRemoved, EVENT.metadataChange];
    const link = new LibvirtLink(host, settings.libvirtSocket, events);
    try {
      await link.connection();
      const owners = new Owners({ link, files, gateway: gateway.name });
      return { facts: await deviceFacts(host), handle: new DeviceHandle({ host, link, owners }) };
    } catch (error) {
      await link.close();
      throw error;
    }
  },
};

function readSeconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new GatewrightError(
    'GW_HOST_UNEXPECTED',
    `shutdownSeconds is ${text}; set it to a whole number from 0 to 9999`,
  );
}

export const libvirt: DriverSet = { backend: 'linux', drivers: [vmDriver, deviceDriver as AnyDriver] };
