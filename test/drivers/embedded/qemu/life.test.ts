// VMs of an embedded gateway in QEMU: applied, switched, killed, started anew, and handed over from one hypervisor to the other.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from '../../../../runtime/drivers/embedded/driver.ts';
import { createCables } from '../../../../runtime/host/cables.ts';
import { localHost } from '../../../../runtime/host/local.ts';
import type { ConsoleLine } from '../../../../runtime/model/console.ts';
import type { DriverFacts, Handle } from '../../../../runtime/model/driver.ts';
import { refusal, step } from '../../../contract/driver-case.ts';
import { resource } from '../../../contract/samples.ts';
import { embeddedSettings } from '../../../lab/embedded-images.ts';

const NIC = { name: 'eth0', port: 'port.cell-7/robot-a.eth0', mac: '02:00:00:00:00:07', mtu: 1450 } as const;
const SECOND = { name: 'eth1', port: 'port.cell-7/robot-a.eth1', mac: '02:00:00:00:00:08', mtu: 1400 } as const;
const sample = resource('vm', 'robot-a', {
  ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: 'gw.eth0=10.0.0.7/24', vcpus: 2, memoryMiB: 112 },
  ...{ watchdog: 'reset', startOrder: 100, nics: [NIC, SECOND], fieldLine: true, running: true },
});

describe('a VM of an embedded gateway in QEMU', function () {
  this.timeout(400_000);
  let folder = '';
  let settings: Readonly<Record<string, string>> = {};
  const open: Handle<'vm'>[] = [];
  before(async () => {
    settings = { ...(await embeddedSettings()), ...(await embeddedSettings('amd64')) };
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-q-'));
  });
  afterEach(async () => {
    for (const handle of open.splice(0)) await handle.close();
    assert.deepEqual(await qemus(folder), [], 'no QEMU of ours is left');
    await rm(folder, { recursive: true, force: true });
  });

  const cables = createCables();
  async function connect(hypervisor: string): Promise<{ facts: DriverFacts; handle: Handle<'vm'> }> {
    const connected = await embedded.drivers[0]?.connect({
      ...{ host: { ...localHost, cables }, gateway: { name: 'cell-7', backend: 'embedded' }, stateDirectory: folder },
      ...{ now: Date.now, settings: { ...settings, hypervisor } },
    });
    assert.ok(connected);
    open.push(connected.handle);
    return connected as { facts: DriverFacts; handle: Handle<'vm'> };
  }
  const seen = async (handle: Handle<'vm'>) =>
    (await handle.observe()).map(({ spec, status }) => [spec.running, status.state, status.why]);

  it('has the processors and cards that are drawn, keeps its name over its own restart, and shows when it was killed', async () => {
    const { facts, handle } = await connect('qemu');
    assert.equal(facts.driver, 'qemu');
    assert.match(facts.because ?? '', /as drawn/);
    const sent: string[] = [];
    const wires = [NIC, SECOND].map(({ port }) =>
      cables.plug(port, 'switch', frame => sent.push(`${port} ${Buffer.from(frame.subarray(6, 12)).toString('hex')}`)),
    );
    try {
      await handle.create(sample, step(1));
      const console = await handle.console?.(sample.address);
      assert.ok(console);
      const hear = listen(console);
      const type = (line: string) => console.write(Buffer.from(`${line}\n`));
      type('echo $(hostname) $(nproc) $(cat /sys/class/net/eth1/address) $(cat /sys/class/net/eth1/mtu)');
      await hear(/robot-a 2 02:00:00:00:00:08 1400/);
      type(
        'ip addr add 10.1.0.7/24 dev eth1; ip link set eth1 up; arping -c 1 -I eth1 10.1.0.9; arping -c 1 -I eth0 10.0.0.9; echo d""one',
      );
      await hear(/done/);
      for (const { port, mac } of [NIC, SECOND]) assert.ok(sent.includes(`${port} ${mac.replaceAll(':', '')}`), port);
      await handle.power?.(sample.address, 'pause');
      assert.deepEqual(await seen(handle), [[false, 'paused', undefined]]);
      await handle.power?.(sample.address, 'resume');
      type('reboot -f');
      await hear(/GUEST READY/);
      type('echo it is $(hostname)');
      await hear(/it is robot-a/);
      const changed = Promise.withResolvers<void>();
      const stop = handle.watch?.(changed.resolve);
      const [pid] = await qemus(folder);
      assert.ok(pid);
      process.kill(pid, 'SIGKILL');
      await changed.promise;
      stop?.();
      const [[running, state, why] = []] = await seen(handle);
      assert.deepEqual([running, state], [false, 'stopped']);
      assert.match(String(why), /SIGKILL/);
    } finally {
      for (const wire of wires) wire.unplug();
    }
  });

  it('stays off when the gateway gets another hypervisor, until somebody applies, and goes on by itself with the same', async () => {
    const spec = { ...sample.spec, vcpus: 1, nics: [NIC], watchdog: 'none' as const };
    const before = await connect('v86');
    await before.handle.create({ ...sample, spec }, step(1));
    await before.handle.close();
    const other = await connect('qemu');
    assert.deepEqual(await seen(other.handle), [[false, 'stopped', 'v86 ran it']]);
    await other.handle.update({ ...sample, spec }, [{ field: 'running', from: false, to: true, how: 'live' }], step(2));
    assert.deepEqual(await seen(other.handle), [[true, 'running', undefined]]);
    await other.handle.close();
    assert.deepEqual(await readdir(join(folder, 'q')).catch(() => []), [], 'its sockets are gone');
    assert.deepEqual(await seen((await connect('qemu')).handle), [[true, 'running', undefined]]);
  });

  it('leaves nothing when its start is cancelled in the middle of the boot', async () => {
    const { handle } = await connect('qemu');
    const controller = new AbortController();
    const cancel = () => controller.abort();
    const started = handle.create(sample, { generation: 1, signal: controller.signal, progress: cancel });
    assert.equal(await refusal(started), 'GW_CANCELLED');
    assert.deepEqual(await qemus(folder), []);
    assert.deepEqual(await readdir(join(folder, 'q')).catch(() => []), []);
    assert.deepEqual(await seen(handle), [[false, 'stopped', 'it could not be started']]);
  });

  it('says what to do when its image is not there for this hypervisor', async () => {
    settings = { ...settings, imageDirectory: join(folder, 'none') };
    const { handle } = await connect('qemu');
    assert.equal(await refusal(handle.create(sample, step(1))), 'GW_IMAGE_UNUSABLE');
  });
});

/** Waits for words that were not waited for before. */
function listen(line: ConsoleLine): (words: RegExp) => Promise<void> {
  let said = Buffer.from(line.history()).toString();
  let wake = () => {};
  line.listen(bytes => {
    said += Buffer.from(bytes).toString();
    wake();
  });
  return async words => {
    for (;;) {
      const found = words.exec(said);
      if (found !== null) {
        said = said.slice(found.index + found[0].length);
        return;
      }
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
  };
}

/** Process ids of the QEMUs that use sockets in a folder. */
async function qemus(folder: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_pid, index) => lines[index]?.startsWith('qemu-system') && lines[index]?.includes(`${folder}/`));
}
