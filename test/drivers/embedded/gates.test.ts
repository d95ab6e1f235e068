// Embedded VMs that wait for attestation gates, in emulated PCs.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from '../../../runtime/drivers/embedded/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { refusal, step, until } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { embeddedSettings } from '../../lab/embedded-images.ts';

const VM = 'vm.cell-7/robot-a';
const [BOX, OTHER] = ['gate.cell-7/box', 'gate.cell-7/other'] as const;
const robot = resource('vm', 'robot-a', {
  ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 112 },
  ...{ watchdog: 'none', startOrder: 100, nics: [], fieldLine: true, running: true },
  gates: [BOX, OTHER].map(by => ({ by, otherwise: 'block' as const })),
});

describe('an embedded VM that waits for gates', function () {
  this.timeout(300_000).bail(true);
  let folder = '';
  let handle: Handle<'vm'>;

  async function connect(): Promise<Handle<'vm'>> {
    const connected = await embedded.drivers[0]?.connect({
      host: { ...localHost, cables: createCables() },
      gateway: { name: 'cell-7', backend: 'embedded' },
      ...{ stateDirectory: folder, now: Date.now, settings: { ...(await embeddedSettings()), hypervisor: 'v86' } },
    });
    return (connected?.handle ?? assert.fail('there is no driver of VMs')) as Handle<'vm'>;
  }
  const seen = async () => (await handle.observe()).find(({ address }) => address === VM);
  const open = (gate: typeof BOX | typeof OTHER, ms: number) => handle.openGate?.(gate, ms) ?? assert.fail('no gates');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-held-'));
    handle = await connect();
  });
  after(async () => {
    await handle?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is made and not started, which is as it is drawn, and says what it waits for', async () => {
    await handle.create(robot, step(1));
    const found = await seen();
    assert.deepEqual(found?.spec, robot.spec);
    assert.deepEqual([found?.status.state, found?.status.waitsFor], ['stopped', [BOX, OTHER]]);
  });

  it('is started by nobody while a gate is closed', async () => {
    for (const action of ['start', 'reset'] as const)
      assert.equal(await refusal(Promise.resolve(handle.power?.(VM, action))), 'GW_ATTEST_CLOSED');
    await open(BOX, 60_000);
    assert.deepEqual((await seen())?.status.waitsFor, [OTHER]);
  });

  it('stays off after a new start of its process, until its gates open again', async () => {
    await handle.close();
    handle = await connect();
    assert.deepEqual((await seen())?.status.waitsFor, [BOX, OTHER]);
  });

  it('is started when all of them are open, and goes on when they close', async () => {
    await open(BOX, 600_000);
    await open(OTHER, 600_000);
    await until(async () => (await seen())?.status.state === 'running', 'its start', 200_000);
    await open(BOX, 0);
    assert.equal((await seen())?.status.state, 'running');
    assert.deepEqual((await seen())?.spec, robot.spec);
  });

  it('shows as drift when somebody switches it off, and is not started again by a gate', async () => {
    await handle.power?.(VM, 'stop');
    assert.equal((await seen())?.spec.running, false);
    await open(BOX, 60_000);
    assert.equal((await seen())?.spec.running, false);
    await handle.power?.(VM, 'start');
    assert.equal((await seen())?.status.state, 'running');
  });
});
