// What the contract does not ask: how the simulated back end keeps its files, and where tests can reach into it.
import assert from 'node:assert/strict';
import { createMemory, type MemoryOptions } from '../../../runtime/drivers/memory/driver.ts';
import { createFakeHost, type FakeHost } from '../../../runtime/host/fake.ts';
import { KINDS, type Kind } from '../../../runtime/model/address.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { VmSpec } from '../../../runtime/model/kinds/vm.ts';
import { refusal, step } from '../../contract/driver-case.ts';
import { GATEWAY, robotA } from '../../contract/samples.ts';

const FILE = '/state/simulated/cell-7/vm/robot-a.json';

async function open<K extends Kind>(kind: K, host: FakeHost, options: MemoryOptions = {}) {
  const driver = createMemory(options).drivers.find(each => each.kind === kind);
  assert.ok(driver !== undefined);
  const gateway = { name: GATEWAY, backend: 'simulated' } as const;
  const { facts, handle } = await driver.connect({
    host,
    gateway,
    stateDirectory: '/state',
    now: () => 0,
    settings: {},
  });
  return { facts, handle: handle as Handle<K> };
}

describe('the simulated back end', () => {
  it('serves the simulated back end only, every kind, and says that it is simulated', async () => {
    const set = createMemory();
    assert.equal(set.backend, 'simulated');
    assert.deepEqual(
      set.drivers.map(each => each.kind),
      KINDS,
    );
    for (const kind of KINDS) assert.equal((await open(kind, createFakeHost())).facts.label, 'simulated');
  });

  it('calls every field of every kind mutable, as the real drivers do', async () => {
    const { facts } = await open('vm', createFakeHost());
    assert.deepEqual(Object.keys(facts.mutable).sort(), Object.keys(VmSpec.shape).sort());
  });

  it('keeps one readable file per resource', async () => {
    const host = createFakeHost();
    const { handle } = await open('vm', host);
    await handle.create(robotA, step(3));
    assert.deepEqual([...host.files.keys()], [FILE]);
    const stored: unknown = JSON.parse(host.files.get(FILE) ?? '');
    assert.deepEqual(stored, { address: robotA.address, generation: 3, spec: robotA.spec });
  });

  it('shows what somebody edited by hand', async () => {
    const host = createFakeHost();
    const { handle } = await open('vm', host);
    await handle.create(robotA, step(1));
    await host.writeFile(FILE, (host.files.get(FILE) ?? '').replace('"memoryMiB": 112', '"memoryMiB": 256'));
    assert.equal((await handle.observe())[0]?.spec.memoryMiB, 256);
  });

  it('leaves out fields that are no legal spec, so that they read as missing', async () => {
    const host = createFakeHost();
    const { handle } = await open('vm', host);
    await host.writeFile(
      FILE,
      JSON.stringify({ address: robotA.address, generation: 1, spec: { vcpus: -1, memoryMiB: 128, x: 1 } }),
    );
    // A file of a version that had no field lines says nothing of them; its VM has one.
    assert.deepEqual((await handle.observe())[0]?.spec, { memoryMiB: 128, fieldLine: true });
  });

  for (const [what, text] of [
    ['is no JSON', '{"address":'],
    ['carries no tag', '{"vcpus":1}'],
    ['carries the tag of another kind', '{"address":"port.cell-7/robot-a","generation":1,"spec":{}}'],
    ['has a generation that is none', '{"address":"vm.cell-7/robot-a","generation":-1,"spec":{}}'],
  ] as const)
    it(`leaves a file alone that ${what}, and does not build over it`, async () => {
      const host = createFakeHost({ files: { [FILE]: text } });
      const { handle } = await open('vm', host);
      assert.deepEqual(await handle.observe(), []);
      assert.equal(await refusal(handle.create(robotA, step(1))), 'GW_HOST_UNEXPECTED');
      await handle.remove(robotA.address, step(1));
      assert.equal(host.files.get(FILE), text);
    });

  it('leaves a half-made resource behind when it is stopped in the middle', async () => {
    const host = createFakeHost();
    const boom = new Error('boom');
    const { handle } = await open('vm', host, {
      seam: ({ at, operation }) => {
        if (operation === 'create' && at === 'middle') throw boom;
      },
    });
    await assert.rejects(handle.create(robotA, step(1)), boom);
    assert.deepEqual(
      (await handle.observe()).map(({ address, spec }) => [address, spec]),
      [[robotA.address, {}]],
    );
  });

  it('keeps the old fields while a change is half done', async () => {
    const host = createFakeHost();
    let failing = false;
    const { handle } = await open('vm', host, {
      seam: ({ at }) => {
        if (failing && at === 'middle') throw new Error('boom');
      },
    });
    await handle.create(robotA, step(1));
    failing = true;
    const wanted = { ...robotA, spec: { ...robotA.spec, vcpus: 4 } };
    await assert.rejects(handle.update(wanted, [], step(2)));
    assert.equal((await handle.observe())[0]?.spec.vcpus, 1);
  });

  it('tells at each seam what it is about to do', async () => {
    const seen: string[] = [];
    const { handle } = await open('vm', createFakeHost(), {
      seam: ({ operation, at, address }) => void seen.push(`${operation} ${at} ${address ?? ''}`.trim()),
    });
    await handle.create(robotA, step(1));
    await handle.remove(robotA.address, step(2));
    await handle.observe();
    assert.deepEqual(seen, [
      'create start vm.cell-7/robot-a',
      'create middle vm.cell-7/robot-a',
      'remove start vm.cell-7/robot-a',
      'observe start',
    ]);
  });

  it('claims what a test wants it to claim', async () => {
    const { facts } = await open('vm', createFakeHost(), {
      facts: { vm: { mutable: {}, lacks: { watchdog: 'not here' } } },
    });
    assert.deepEqual([facts.mutable, facts.lacks, facts.renames], [{}, { watchdog: 'not here' }, true]);
  });
});
