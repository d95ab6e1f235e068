// The thread of a PC that dies under its agent: seen as drift with its reason, started again by an apply, and nothing of it is
// left.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { createAgent, type LocalAgent } from '../../../../runtime/agent/agent.ts';
import { embedded } from '../../../../runtime/drivers/embedded/driver.ts';
import { vswitch } from '../../../../runtime/drivers/vswitch/driver.ts';
import { createCables } from '../../../../runtime/host/cables.ts';
import { localHost } from '../../../../runtime/host/local.ts';
import { createUnderlay } from '../../../../runtime/host/underlay.ts';
import type { GatewayDesign } from '../../../../runtime/model/design.ts';
import { eventOf } from '../../../agent/sample.ts';
import { designOf, GATEWAY, robotA, robotPort, SAMPLE } from '../../../contract/samples.ts';
import { embeddedSettings } from '../../../lab/embedded-images.ts';

describe('an emulated PC whose thread dies', function () {
  this.timeout(300_000);
  const host = { ...localHost, cables: createCables(), underlay: createUnderlay({ addresses: () => [] }) };
  const design: GatewayDesign = withBackend(designOf(SAMPLE));
  /** Threads that live. */
  const threads = new Set<Worker>();
  const born = (thread: Worker) => {
    threads.add(thread);
    thread.once('exit', () => threads.delete(thread));
  };
  let folder = '';
  let agent: LocalAgent;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-thread-dies-'));
    const settings = { ...(await embeddedSettings()), hypervisor: 'v86' };
    const driverSets = [vswitch, embedded];
    process.on('worker', born);
    agent = await createAgent({
      ...{ gateway: GATEWAY, backend: 'embedded', driverSets, host, stateDirectory: folder, settings, version: 'test' },
    });
    await apply();
  });
  after(async () => {
    await agent?.close();
    process.off('worker', born);
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(): Promise<void> {
    const { hash } = await agent.plan(design);
    const result = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
    assert.equal(result.outcome, 'applied', result.message);
  }
  const seen = async () => (await agent.observe()).resources[robotA.address];
  const only = () => {
    const [thread, ...more] = threads;
    assert.deepEqual(more, [], 'one PC, one thread');
    return thread ?? assert.fail('no thread');
  };
  /** Whether the guest's end of its cable is free. */
  const isUnplugged = () => {
    try {
      host.cables.plug(robotPort.address, 'station', () => {}).unplug();
      return true;
    } catch {
      return false;
    }
  };

  const deaths: readonly { how: string; die: (thread: Worker) => unknown; why: RegExp }[] = [
    { how: 'ends', die: thread => thread.terminate(), why: /its thread ended/ },
    { how: 'throws', die: thread => thread.postMessage(null), why: /null/ },
  ];
  for (const { how, die, why } of deaths)
    it(`is off with its reason when its thread ${how}, drifts, and an apply starts it again`, async () => {
      const first = only();
      const drift = eventOf(agent, 'drift');
      const gone = new Promise(resolve => first.once('exit', resolve));
      die(first);
      await gone;
      assert.deepEqual(
        (await drift).steps.map(step => [step.address, step.changes.map(({ field, from, to }) => [field, from, to])]),
        [[robotA.address, [['running', false, true]]]],
      );
      const dead = await seen();
      assert.equal(dead?.status.state, 'stopped');
      assert.match(String(dead?.status.why), why);
      assert.equal(threads.size, 0);
      assert.ok(isUnplugged());

      const over = eventOf(agent, 'drift');
      await apply();
      assert.deepEqual((await over).steps, []);
      assert.equal((await seen())?.status.state, 'running');
      assert.notEqual(only(), first);
      assert.equal(isUnplugged(), false);
      assert.match(await answerOf('hostname'), /robot-a/);
    });

  it('leaves no thread and no cable when its agent closes just after it died', async () => {
    only().postMessage(null);
    await agent.close();
    assert.equal(threads.size, 0);
    assert.ok(isUnplugged());
  });

  /** What the console shows after a command. */
  async function answerOf(command: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    let said = '';
    const session = await agent.console(robotA.address, bytes => {
      said += Buffer.from(bytes).toString();
      const answer = /begin-2\s+(.*)\s+end-2/s.exec(said)?.[1];
      if (answer !== undefined) resolve(answer);
    });
    session.write(Buffer.from(`echo begin-$((1+1)); ${command}; echo end-$((1+1))\r`));
    return promise.finally(() => session.close());
  }
});

function withBackend(design: GatewayDesign): GatewayDesign {
  return { ...design, gateway: { ...design.gateway, backend: 'embedded' } };
}
