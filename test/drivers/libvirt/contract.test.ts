// The contract of drivers, asked of VMs on a real libvirtd with emulated processors.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libvirt } from '../../../runtime/drivers/libvirt/driver.ts';
import type { AnyDriver } from '../../../runtime/host/driver-set.ts';
import { readCompute } from '../../../runtime/host/linux/compute.ts';
import { deviceName } from '../../../runtime/host/linux/device-name.ts';
import type { VmSpec } from '../../../runtime/model/kinds/vm.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { describeDriver } from '../../contract/describe-driver.ts';
import { GATE } from '../../contract/driver-case.ts';
import { imageStore } from '../../lab/guest-images.ts';
import { privateLibvirtd } from '../../lab/libvirt.ts';
import { netnsLab } from '../../lab/netns.ts';
import { labHost } from '../../lab/netns-host.ts';

const PORTS = ['port.cell-7/robot-a.eth0', 'port.cell-7/robot-a.eth1'] as const;

const spec: VmSpec = {
  tenant: 'vendor-a',
  image: 'tiny-linux',
  kernelArguments: 'gw.hostname=robot-a',
  vcpus: 1,
  memoryMiB: 112,
  watchdog: 'none',
  startOrder: 100,
  nics: [{ name: 'eth0', port: PORTS[0], mac: '02:00:00:00:00:07', mtu: 1450 }],
  fieldLine: true,
  running: true,
};
const sample: Resource<'vm'> = {
  address: 'vm.cell-7/robot-a',
  kind: 'vm',
  spec,
  needs: [],
  source: { node: 'node-vm-robot-a', label: 'robot-a' },
};

/** Domains that are not ours: a plain one, and one whose name and title look like ours. */
const FOREIGN = ['gw.cell-7.other', 'accounting'].map(
  name => `<domain type='qemu'><name>${name}</name><title>gatewright: vm.cell-7/other</title><memory unit='MiB'>64</memory>
  <vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>`,
);

describeDriver(
  'vm on libvirt',
  async () => {
    const images = imageStore('tiny-linux');
    const lab = netnsLab();
    const machine = await lab.machine('cell-7');
    for (const port of PORTS) await machine.run('ip', 'tuntap', 'add', 'dev', deviceName('gwp', port), 'mode', 'tap');
    const daemon = await privateLibvirtd(machine);
    const compute = await readCompute(labHost(machine));
    const [driver] = libvirt.drivers as readonly [AnyDriver];
    const foreign = () => Promise.all(['gw.cell-7.other', 'accounting'].map(name => daemon.virsh('dumpxml', name)));
    let before: readonly string[] = [];
    return {
      driver,
      world: {
        host: labHost(machine),
        gateway: { name: 'cell-7', backend: 'linux' },
        stateDirectory: daemon.stateDirectory,
        now: Date.now,
        settings: { libvirtSocket: daemon.socket, imageDirectory: images.directory, shutdownSeconds: '0' },
      },
      sample,
      gated: { ...sample, spec: { ...spec, gates: [{ by: GATE, otherwise: 'block' }] } },
      variations: {
        startOrder: 7,
        kernelArguments: 'gw.hostname=robot-b',
        vcpus: 2,
        memoryMiB: 128,
        watchdog: 'reset' as const,
        hotplug: { pciSlots: 1, usb: true },
        firmware: 'uefi-secure' as const,
        tpm: 'crb' as const,
        gates: [{ by: 'gate.cell-7/boot' as const, otherwise: 'block' as const }],
        nics: [...spec.nics, { name: 'eth1', port: PORTS[1], mac: '02:00:00:00:00:08', mtu: 1450 }],
        vcpuPins: ['0'],
        emulatorPin: '0',
        fifoPriority: 5,
        lockedMemory: true as const,
        leastMemoryMiB: 96,
      },
      // Huge pages are for the whole machine; see placement.test.ts.
      unavailable: ['hugePages', ...(compute.locksMemory === true ? [] : (['lockedMemory'] as const))],
      foreign: {
        async make() {
          for (const [index, xml] of FOREIGN.entries()) {
            const file = join(daemon.stateDirectory, `foreign-${index}.xml`);
            await writeFile(file, xml);
            await daemon.virsh('define', file);
          }
          before = await foreign();
        },
        check: async () => assert.deepEqual(await foreign(), before),
      },
      snapshot: () => daemon.virsh('list', '--all', '--uuid'),
      async close() {
        await daemon.close();
        await lab.close();
        images.close();
        await rm(daemon.stateDirectory, { recursive: true, force: true });
      },
    };
  },
  { timeoutMs: 240_000 },
);
