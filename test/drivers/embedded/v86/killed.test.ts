// What is left when something of the embedded back end dies: a process in the middle of its first boot, a PC's thread, and a
// memory that is no memory.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embedded } from '../../../../runtime/drivers/embedded/driver.ts';
import { createCables } from '../../../../runtime/host/cables.ts';
import { localHost } from '../../../../runtime/host/local.ts';
import type { Handle } from '../../../../runtime/model/driver.ts';
import { step } from '../../../contract/driver-case.ts';
import { resource } from '../../../contract/samples.ts';
import { embeddedSettings } from '../../../lab/embedded-images.ts';

const sample = resource('vm', 'robot-a', {
  ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: 'gw.hostname=robot-a', vcpus: 1, memoryMiB: 112 },
  ...{ watchdog: 'none', startOrder: 100, nics: [], fieldLine: true, running: true },
});
const JOB = fileURLToPath(new URL('./boot-job.ts', import.meta.url));

describe('the embedded back end, when something of it dies', function () {
  this.timeout(400_000);
  let folder = '';
  let settings: Readonly<Record<string, string>> = {};
  const open: Handle<'vm'>[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-v86-killed-'));
    settings = await embeddedSettings();
  });
  afterEach(async () => {
    for (const handle of open.splice(0)) await handle.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function connect(
    changes: Readonly<Record<string, string>> = {},
    cables = createCables(),
  ): Promise<Handle<'vm'>> {
    const world = {
      host: { ...localHost, cables },
      gateway: { name: 'cell-7', backend: 'embedded' as const },
    };
    const rest = { stateDirectory: folder, now: Date.now, settings: { ...settings, ...changes } };
    const connected = await embedded.drivers[0]?.connect({ ...world, ...rest });
    const handle = connected?.handle as Handle<'vm'>;
    open.push(handle);
    return handle;
  }
  const states = async (handle: Handle<'vm'>) => (await handle.observe()).map(({ spec }) => spec.running);

  it('starts a VM anew that ran when its process was killed', async () => {
    const job = spawn(process.execPath, [JOB, folder, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await said(job, /running/);
    job.kill('SIGKILL');
    await once(job, 'close');
    assert.deepEqual(await states(await connect()), [true]);
  });

  it('leaves no memory when it is killed in the middle of the first boot, and the next start makes one', async () => {
    const snapshotDirectory = join(folder, 'snapshots');
    const own = JSON.stringify({ ...settings, snapshotDirectory });
    const job = spawn(process.execPath, [JOB, folder, own], { stdio: ['ignore', 'pipe', 'inherit'] });
    await said(job, /boots the guest once/);
    job.kill('SIGKILL');
    await once(job, 'close');
    assert.deepEqual(await localHost.list(snapshotDirectory), []);
    assert.deepEqual(await states(await connect({ snapshotDirectory })), [true], 'it converges by itself');
    assert.equal((await readdir(snapshotDirectory)).length, 1, 'nor what marked it as being made');
  });

  it('has one PC, and none after it was switched off, when several people switch it at once', async () => {
    const cables = createCables();
    const handle = await connect({}, cables);
    const nic = { name: 'eth0', port: 'port.cell-7/robot-a.eth0', mac: '02:00:00:00:00:07', mtu: 1450 } as const;
    await handle.create({ ...sample, spec: { ...sample.spec, nics: [nic] } }, step(1));
    const orders = ['reset', 'reset', 'pause', 'start', 'stop', 'start'] as const;
    await Promise.all(orders.map(action => handle.power?.(sample.address, action)));
    assert.deepEqual(await states(handle), [true]);
    await handle.power?.(sample.address, 'stop');
    cables.plug(nic.port, 'station', () => {}).unplug(); // free again
    assert.deepEqual(await states(handle), [false]);
  });

  it('does not start from a memory that is none, forgets it, and boots anew when asked again', async () => {
    const handle = await connect();
    await handle.create(sample, step(1));
    await handle.close();
    const snapshotDirectory = join(folder, 'snapshots');
    for (const name of await localHost.list(settings.snapshotDirectory ?? ''))
      await writeFileIn(snapshotDirectory, name, 'half a memory');
    const damaged = await connect({ snapshotDirectory });
    assert.deepEqual(await states(damaged), [false]);
    const [seen] = await damaged.observe();
    assert.equal(seen?.status.state, 'stopped');
    await damaged.create(sample, step(2));
    assert.deepEqual(await states(damaged), [true]);
  });
});

async function writeFileIn(directory: string, name: string, text: string): Promise<void> {
  await localHost.writeFile(join(directory, 'made'), '');
  await writeFile(join(directory, name), text);
}

async function said(job: ChildProcess, marker: RegExp): Promise<void> {
  let heard = '';
  for await (const chunk of job.stdout ?? []) {
    heard += String(chunk);
    if (marker.test(heard)) return;
  }
  throw new Error(`the job ended and said: ${heard}`);
}
