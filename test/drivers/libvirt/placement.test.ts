// Where in the box a VM runs, on a real libvirtd: what the kernel says of the guest's threads and memory, and what is seen of a
// change behind our back.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libvirt } from '../../../runtime/drivers/libvirt/driver.ts';
import { readCompute } from '../../../runtime/host/linux/compute.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { everyPlacementField } from '../../../runtime/model/kinds/placement.ts';
import { VmSpec } from '../../../runtime/model/kinds/vm.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { diff } from '../../../runtime/plan/diff.ts';
import { refusal, step } from '../../contract/driver-case.ts';
import { imageStore } from '../../lab/guest-images.ts';
import { setHugePagesAside } from '../../lab/huge-pages.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../../lab/libvirt.ts';
import { netnsLab } from '../../lab/netns.ts';
import { labHost } from '../../lab/netns-host.ts';
import { hugeMemoryMiB, processWith, threadsOf } from '../../lab/threads.ts';

/** A VM that may be anywhere in its box. */
const ANYWHERE = everyPlacementField(undefined);
const MEMORY_MIB = 112;
const DOMAIN = 'gw.cell-7.robot-a';

describe('where a VM runs, on libvirt', function () {
  this.timeout(240_000);
  const closers: (() => unknown)[] = [];
  let daemon: PrivateLibvirtd;
  let handle: Handle<'vm'>;
  let spec: VmSpec;

  const vm = (changes: Partial<VmSpec> = {}): Resource<'vm'> => ({
    ...{ address: 'vm.cell-7/robot-a', kind: 'vm', needs: [], source: { node: 'node-vm-robot-a' } },
    spec: VmSpec.parse({ ...spec, ...changes }),
  });
  const observed = async () => (await handle.observe())[0] ?? assert.fail('there is no VM');
  /** Fields of the spec that are not as drawn. */
  const drift = async (drawn: VmSpec) =>
    [...new Set(diff((await observed()).spec, drawn).map(({ field }) => field.replace(/[.[].*/, '')))].sort();

  async function redefine(change: (xml: string) => string): Promise<void> {
    const before = await daemon.virsh('dumpxml', '--inactive', DOMAIN);
    const after = change(before);
    assert.notEqual(after, before);
    const file = join(daemon.stateDirectory, 'changed.xml');
    await writeFile(file, after);
    await daemon.virsh('define', file);
  }

  before(async () => {
    const { cpus = [] } = await readCompute(localHost);
    const [first, last] = [String(cpus[0]), String(cpus.at(-1))];
    spec = VmSpec.parse({
      ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 2, memoryMiB: MEMORY_MIB },
      ...{ watchdog: 'none', startOrder: 100, nics: [], running: true },
      ...{ vcpuPins: [last, first], emulatorPin: first, fifoPriority: 5, hugePages: '2-mib' },
    });
    closers.unshift(setHugePagesAside(MEMORY_MIB / 2));
    const images = imageStore('tiny-linux');
    closers.unshift(() => images.close());
    const lab = netnsLab();
    closers.unshift(() => lab.close());
    const machine = await lab.machine('cell-7');
    daemon = await privateLibvirtd(machine);
    closers.unshift(() => daemon.close());
    const connected = await libvirt.drivers[0]?.connect({
      host: labHost(machine),
      gateway: { name: 'cell-7', backend: 'linux' },
      stateDirectory: daemon.stateDirectory,
      now: Date.now,
      settings: { libvirtSocket: daemon.socket, imageDirectory: images.directory, shutdownSeconds: '0' },
    });
    assert.ok((connected?.facts.compute?.cpus?.length ?? 0) > 0, 'the planner is told of the CPUs');
    handle = connected?.handle as Handle<'vm'>;
    closers.unshift(() => handle.close());
    await handle.create(vm(), step(1));
  });
  after(async () => {
    for (const close of closers) await close();
  });

  it('is on the CPUs it was pinned to, before everything else there, in huge pages', async () => {
    const pid = processWith(String((await observed()).status.uuid));
    const threads = threadsOf(pid);
    const vcpus = threads.filter(({ name }) => /^CPU \d\//.test(name));
    const others = threads.filter(thread => !vcpus.includes(thread));
    const [last, first] = spec.vcpuPins ?? [];
    const asked = vcpus.map(({ name, cpus, policy, priority }) => [name.slice(0, 5), cpus, policy, priority]).sort();
    assert.deepEqual(asked, [
      ['CPU 0', last, 1, 5],
      ['CPU 1', first, 1, 5],
    ]);
    assert.ok(others.length > 0);
    for (const { name, cpus, policy } of others) assert.deepEqual([cpus, policy], [first, 0], name);
    assert.equal(hugeMemoryMiB(pid), MEMORY_MIB);
    assert.deepEqual(await drift(spec), []);
  });

  it('is seen to be elsewhere when somebody moves what runs, and is brought back', async () => {
    const [last = '', first = ''] = spec.vcpuPins ?? [];
    await daemon.virsh('vcpupin', DOMAIN, '0', first, '--live');
    await daemon.virsh('emulatorpin', DOMAIN, last, '--live');
    assert.deepEqual(await drift(spec), ['emulatorPin', 'vcpuPins']);
    assert.deepEqual((await observed()).status.waitsForRestart, ['vcpuPins', 'emulatorPin']);
    await handle.update(vm(), [], step(2));
    assert.deepEqual(await drift(spec), []);
  });

  it('is seen to have lost or got any of it with its next start', async () => {
    await redefine(xml =>
      xml
        .replace(/<cputune>[\s\S]*<\/cputune>/, '')
        .replace(/<memoryBacking>[\s\S]*<\/memoryBacking>/, '<memoryBacking><locked/></memoryBacking>')
        .replace(/<currentMemory[\s\S]*?<\/currentMemory>/, "<currentMemory unit='MiB'>96</currentMemory>")
        .replace(/<memballoon[^>]*>/, "<memballoon model='virtio' autodeflate='on'>"),
    );
    const every = ['emulatorPin', 'fifoPriority', 'hugePages', 'leastMemoryMiB', 'lockedMemory', 'vcpuPins'];
    assert.deepEqual(await drift(spec), every);
    assert.deepEqual(await drift(VmSpec.parse({ ...spec, ...ANYWHERE })), every, 'of a VM that may be anywhere, too');
    await handle.update(vm(), [], step(3));
    assert.deepEqual(await drift(spec), []);
  });

  it('may be left with less memory than it can have, and be drawn so again after it was not', async () => {
    const { hugePages: _pages, ...ordinary } = spec;
    spec = VmSpec.parse({ ...ordinary, leastMemoryMiB: 96 });
    await handle.update(vm(), [], step(4));
    assert.deepEqual(await drift(spec), []);
    await daemon.virsh('setmem', DOMAIN, '98304', '--config');
    assert.deepEqual(await drift(spec), [], 'it is what was drawn');
    await daemon.virsh('setmem', DOMAIN, '81920', '--config');
    assert.deepEqual(await drift(spec), ['leastMemoryMiB']);
    await handle.update(vm(), [], step(5));
    assert.deepEqual(await drift(spec), []);
  });

  it('is refused in words on a CPU that is not there, and is put right by the next step', async () => {
    assert.equal(await refusal(handle.update(vm({ emulatorPin: '1000' }), [], step(6))), 'GW_HOST_COMMAND_FAILED');
    await handle.update(vm(), [], step(7));
    assert.deepEqual(await drift(spec), []);
  });
});
