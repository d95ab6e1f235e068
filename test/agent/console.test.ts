// Consoles and power through an agent, in process and behind its socket: the same words, the same refusals.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent } from '../../runtime/agent/agent.ts';
import { connectAgent } from '../../runtime/agent/client.ts';
import { startAgent } from '../../runtime/agent/start.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import { MOST_TYPED_BYTES } from '../../runtime/model/console.ts';
import { agentOptions, applyDesign, eventOf, gate, type StartChanges, sampleDesign, VM_A } from './sample.ts';

/** Collects what a console says, and tells when that contains something. */
function ear() {
  let text = '';
  let waiting: { words: string; heard: () => void }[] = [];
  return {
    said: (bytes: Uint8Array) => {
      text += Buffer.from(bytes).toString();
      for (const { words, heard } of waiting) if (text.includes(words)) heard();
      waiting = waiting.filter(({ words }) => !text.includes(words));
    },
    text: () => text,
    hears: (words: string) =>
      new Promise<void>(heard => {
        if (text.includes(words)) heard();
        else waiting.push({ words, heard });
      }),
  };
}

for (const where of ['in process', 'behind its socket'] as const)
  describe(`the consoles of an agent ${where}`, () => {
    let folder = '';
    const open: { close(): Promise<void> }[] = [];
    const socketPath = () => join(folder, 'cell-7.sock');

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'gatewright-console-'));
    });
    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function begin(changes: StartChanges = {}): Promise<Agent> {
      const options = agentOptions(folder, changes);
      if (where === 'in process') {
        const own = await createAgent(options);
        open.push(own);
        return own;
      }
      open.push(await startAgent({ ...options, socketPath: socketPath() }));
      const agent = await connectAgent(socketPath());
      open.push(agent);
      return agent;
    }

    it('says what the console said before, then what is typed comes back', async () => {
      const agent = await begin();
      await applyDesign(agent, sampleDesign());
      const first = ear();
      const session = await agent.console(VM_A, first.said);
      assert.match(first.text(), /robot-a is simulated: no guest runs here/);
      for (const word of ['one ', 'two ', 'three\r']) session.write(Buffer.from(word));
      await first.hears('one two three\r\n');
      const later = ear();
      const other = await agent.console(VM_A, later.said);
      assert.equal(later.text(), first.text());
      session.close();
      other.close();
      await Promise.all([session.ended, other.ended]);
    });

    it('lets a closed session hear and type nothing more', async () => {
      const agent = await begin();
      await applyDesign(agent, sampleDesign());
      const gone = ear();
      const stays = ear();
      const session = await agent.console(VM_A, gone.said);
      const other = await agent.console(VM_A, stays.said);
      session.close();
      await session.ended;
      other.write(Buffer.from('afterwards'));
      await stays.hears('afterwards');
      assert.doesNotMatch(gone.text(), /afterwards/);
      other.close();
    });

    it('refuses a VM that is not there, one of another gateway, and what is no VM', async () => {
      const agent = await begin();
      await applyDesign(agent, sampleDesign({ tenants: ['a'] }));
      for (const address of ['vm.cell-7/robot-b', 'vm.cell-8/robot-a'] as Address<'vm'>[]) {
        const unknown = { code: 'GW_ADDRESS_UNKNOWN', address };
        await assert.rejects(
          agent.console(address, () => {}),
          unknown,
        );
        await assert.rejects(agent.power(address, 'stop'), unknown);
      }
      const port = 'port.cell-7/robot-a.eth0' as unknown as Address<'vm'>;
      await assert.rejects(
        agent.console(port, () => {}),
        { code: where === 'in process' ? 'GW_ADDRESS_UNKNOWN' : 'GW_AGENT_REQUEST' },
      );
    });

    it('refuses more at once than may be typed', async () => {
      const agent = await begin();
      await applyDesign(agent, sampleDesign());
      const heard = ear();
      const session = await agent.console(VM_A, heard.said);
      const tooLong = Buffer.alloc(MOST_TYPED_BYTES + 1, 'x');
      assert.throws(() => session.write(tooLong), { code: 'GW_AGENT_REQUEST' });
      session.write(tooLong.subarray(1));
      await heard.hears('x'.repeat(MOST_TYPED_BYTES));
      session.close();
    });

    it('switches a VM off, which is drift, and on again', async () => {
      const agent = await begin();
      await applyDesign(agent, sampleDesign());
      const drift = eventOf(agent, 'drift');
      await agent.power(VM_A, 'stop');
      assert.deepEqual(
        (await drift).steps.map(step => step.address),
        [VM_A],
      );
      await agent.power(VM_A, 'start');
      assert.deepEqual((await agent.drift())?.steps, []);
    });

    it('refuses to switch a VM while a work is under way', async () => {
      const started = gate();
      const go = gate();
      const agent = await begin({
        seam: async ({ operation }) => {
          if (operation !== 'create') return;
          started.open();
          await go.opened;
        },
      });
      const work = applyDesign(agent, sampleDesign());
      await started.opened;
      await assert.rejects(agent.power(VM_A, 'reset'), { code: 'GW_AGENT_BUSY' });
      go.open();
      assert.equal((await work).outcome, 'applied');
    });

    it('ends the session when the agent stops', async () => {
      const agent = await begin();
      await applyDesign(agent, sampleDesign());
      const session = await agent.console(VM_A, () => {});
      await open[0]?.close();
      await session.ended;
    });

    if (where === 'behind its socket')
      it('refuses what has no documented shape, and stays', async () => {
        const agent = await begin();
        await applyDesign(agent, sampleDesign());
        const vm = VM_A;
        const asked: [string, object][] = [
          ['/v1/type', { vm, bytes: 'not base64!' }],
          ['/v1/type', { vm, bytes: Buffer.alloc(MOST_TYPED_BYTES + 3).toString('base64') }],
          ['/v1/type', { vm: 'vm.cell-7/../x', bytes: '' }],
          ['/v1/power', { vm, action: 'explode' }],
          ['/v1/power', { vm, action: 'stop', more: 1 }],
        ];
        for (const [path, body] of asked) assert.equal(await post(socketPath(), path, body), 400, JSON.stringify(body));
        assert.deepEqual((await agent.drift())?.steps, []);
      });
  });

async function post(socketPath: string, path: string, body: object): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json' };
  const asking = request({ socketPath, path, method: 'POST', headers, agent: false });
  asking.end(JSON.stringify(body));
  const [answer] = await once(asking, 'response');
  answer.resume();
  return answer.statusCode;
}
