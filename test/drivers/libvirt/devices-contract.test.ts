// The contract of drivers, asked of devices that VMs own on a real libvirtd. The VMs are off, so that nothing waits for a guest;
// what a guest has of it, test/real/passthrough.test.ts asks.
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libvirt } from '../../../runtime/drivers/libvirt/driver.ts';
import type { AnyDriver } from '../../../runtime/host/driver-set.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { describeDriver } from '../../contract/describe-driver.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { imageStore } from '../../lab/guest-images.ts';
import { privateLibvirtd } from '../../lab/libvirt.ts';
import { openPeers } from '../../protocols/modbus/peers/programs.ts';

const ALIAS = 'ua-gw-device-cell-8_com_0';
/** A VM of somebody else, with a device whose name looks like one of ours. */
const FOREIGN = `<domain type='qemu'><name>accounting</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os><devices><serial type='dev'><source path='/dev/null'/>
  <target type='isa-serial' port='0'/><alias name='${ALIAS}'/></serial></devices></domain>`;

function vmOf(name: string): Resource<'vm'> {
  return resource('vm', name, {
    ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 112, watchdog: 'none' },
    ...{ startOrder: 100, nics: [], fieldLine: true, running: false, hotplug: { pciSlots: 2, usb: true } },
  });
}

describeDriver(
  'device on libvirt',
  async () => {
    const images = imageStore('tiny-linux');
    const daemon = await privateLibvirtd();
    const peers = openPeers();
    const ports = await peers.ptyPair();
    const [here, there] = ports.map(path => realpathSync(path)) as [string, string];
    const world = {
      host: localHost,
      gateway: { name: 'cell-7', backend: 'linux' },
      stateDirectory: daemon.stateDirectory,
      now: Date.now,
      settings: { libvirtSocket: daemon.socket, imageDirectory: images.directory, shutdownSeconds: '0' },
    } as const;
    const [vmDriver, driver] = libvirt.drivers as readonly [AnyDriver, AnyDriver];
    const vms = (await vmDriver.connect(world)).handle as Handle<'vm'>;
    const [owner, other] = [vmOf('robot-a'), vmOf('robot-b')];
    for (const vm of [owner, other]) await vms.create(vm, step(1));
    const foreign = () => daemon.virsh('dumpxml', 'accounting');
    let before = '';
    return {
      driver,
      world,
      sample: resource('device', 'com', {
        vm: owner.address as Address<'vm'>,
        tenant: 'vendor-a',
        label: 'com1',
        attach: { by: 'serial', path: here },
        plugged: true,
      }),
      variations: {
        vm: other.address as Address<'vm'>,
        tenant: 'vendor-b',
        label: 'com2',
        attach: { by: 'serial', path: there } as const,
      },
      foreign: {
        async make() {
          const file = join(daemon.stateDirectory, 'foreign.xml');
          await writeFile(file, FOREIGN);
          await daemon.virsh('define', file);
          before = await foreign();
        },
        check: async () => assert.equal(await foreign(), before),
      },
      snapshot: () => daemon.virsh('dumpxml', 'gw.cell-7.robot-a'),
      async close() {
        await vms.close();
        await daemon.close();
        await peers.close();
        images.close();
        await rm(daemon.stateDirectory, { recursive: true, force: true });
      },
    };
  },
  { timeoutMs: 120_000 },
);
