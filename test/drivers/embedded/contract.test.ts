// The contract of drivers, asked of VMs in emulated PCs.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from '../../../runtime/drivers/embedded/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import type { AnyDriver } from '../../../runtime/host/driver-set.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { VmSpec } from '../../../runtime/model/kinds/vm.ts';
import { describeDriver } from '../../contract/describe-driver.ts';
import { GATE } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { embeddedSettings } from '../../lab/embedded-images.ts';

const spec: VmSpec = {
  tenant: 'vendor-a',
  image: 'tiny-linux',
  kernelArguments: 'gw.hostname=robot-a',
  vcpus: 1,
  memoryMiB: 112,
  watchdog: 'none',
  startOrder: 100,
  nics: [{ name: 'eth0', port: 'port.cell-7/robot-a.eth0', mac: '02:00:00:00:00:07', mtu: 1450 }],
  fieldLine: true,
  running: true,
};

describeDriver(
  'vm on v86',
  async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'gw-v86-'));
    const [driver] = embedded.drivers as readonly [AnyDriver];
    const foreign = join(stateDirectory, 'cell-7', 'vm', 'other.json');
    return {
      driver,
      world: {
        host: { ...localHost, cables: createCables() },
        gateway: { name: 'cell-7', backend: 'embedded' },
        stateDirectory,
        now: Date.now,
        settings: await embeddedSettings(),
      },
      sample: resource('vm', 'robot-a', spec),
      gated: resource('vm', 'robot-a', { ...spec, gates: [{ by: GATE, otherwise: 'block' }] }),
      variations: {
        gates: [{ by: 'gate.cell-7/boot' as const, otherwise: 'block' as const }],
        tenant: 'vendor-b',
        startOrder: 7,
        kernelArguments: 'gw.hostname=robot-b',
        vcpus: 2,
        memoryMiB: 128,
        watchdog: 'reset' as const,
        nics: [{ name: 'eth0', port: 'port.cell-7/robot-a.eth0' as const, mac: '02:00:00:00:00:08', mtu: 1400 }],
      },
      foreign: {
        async make() {
          await mkdir(join(stateDirectory, 'cell-7', 'vm'), { recursive: true });
          await writeFile(foreign, 'not ours\n');
        },
        check: async () => assert.equal(await readFile(foreign, 'utf8'), 'not ours\n'),
      },
      close: () => rm(stateDirectory, { recursive: true, force: true }),
    };
  },
  { timeoutMs: 300_000 },
);
