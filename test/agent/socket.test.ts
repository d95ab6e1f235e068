// The agent behind a real unix socket: the same interface, the same errors, whoever comes and goes.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAgent } from '../../runtime/agent/client.ts';
import { type StartedAgent, startAgent } from '../../runtime/agent/start.ts';
import { probe } from '../../runtime/hardware/probe.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import { KINDS } from '../../runtime/model/address.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import {
  addressesIn,
  addressesOf,
  agentOptions,
  applyDesign,
  eventOf,
  gate,
  type StartChanges,
  sampleDesign,
  VM_A,
} from './sample.ts';

describe('an agent behind a socket', () => {
  let folder = '';
  let socketPath = '';
  const open: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-socket-'));
    socketPath = join(folder, 'run/cell-7.sock');
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(changes: StartChanges & { readonly group?: string } = {}): Promise<StartedAgent> {
    const { group, ...rest } = changes;
    const options = { ...agentOptions(folder, rest), socketPath, ...(group === undefined ? {} : { group }) };
    const started = await startAgent(options);
    open.push(started);
    return started;
  }

  async function connect(): Promise<Agent> {
    const agent = await connectAgent(socketPath);
    open.push(agent);
    return agent;
  }

  it('does everything that one in process does', async () => {
    await start();
    const agent = await connect();
    const info = await agent.info();
    assert.deepEqual([info.gateway, info.label, info.generation, info.busy], ['cell-7', 'simulated', 0, 'idle']);
    assert.equal(info.facts.length, KINDS.length);
    assert.equal(await agent.drift(), undefined);
    const events: AgentEvent[] = [];
    const result = await applyDesign(agent, sampleDesign(), 'stop', event => events.push(event));
    assert.deepEqual(result, { outcome: 'applied', generation: 1, message: 'generation 1 is complete' });
    assert.equal(events.filter(event => event.type === 'step-done').length, 11);
    assert.equal(events.at(-1)?.type, 'apply-ended');
    assert.deepEqual(await addressesOf(agent), addressesIn(sampleDesign()));
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
    assert.equal((await agent.plan(sampleDesign({ memoryMiB: 512 }))).steps.length, 2);
    assert.deepEqual((await agent.drift())?.steps, []);
    const { generation, steps } = await agent.wayBack();
    assert.deepEqual([generation, steps.length], [{ from: 1, to: 0 }, 11]);
    assert.equal((await agent.rollback(() => {})).outcome, 'rolled-back');
  });

  it('tells what the box has, read once for all who ask at the same time', async () => {
    const opened: string[] = [];
    const host: Host = {
      ...localHost,
      readFile: async path => {
        opened.push(path);
        return localHost.readFile(path);
      },
    };
    const options = { ...agentOptions(folder), host, socketPath };
    open.push(await startAgent(options));
    const agent = await connect();
    const [one, other] = await Promise.all([agent.probe(), agent.probe()]);
    assert.deepEqual(BoxProfile.parse(one).cpu.architecture, (await probe(localHost)).cpu.architecture);
    assert.deepEqual(one, other);
    assert.equal(opened.filter(path => path === '/proc/cpuinfo').length, 1);
  });

  it('brings errors back with their code and words', async () => {
    await start();
    const agent = await connect();
    const design = sampleDesign();
    await assert.rejects(
      agent.apply({ design, planHash: 'a'.repeat(64), onFailure: 'stop' }, () => {}),
      {
        name: 'GatewrightError',
        code: 'GW_PLAN_STALE',
        message: /plan again/,
      },
    );
    await assert.rejects(agent.plan(sampleDesign({ gateway: 'cell-8' })), { code: 'GW_DESIGN_FOREIGN' });
    await assert.rejects(
      agent.rollback(() => {}),
      { code: 'GW_NO_EARLIER_GENERATION' },
    );
  });

  it('serves two clients: one works, the other watches, is refused, and cancels', async () => {
    const hold = gate();
    const reached = gate();
    await start({
      async seam({ operation, kind }) {
        if (operation !== 'create' || kind !== 'uplink') return;
        reached.open();
        await hold.opened;
      },
    });
    const [worker, other] = [await connect(), await connect()];
    const ended = eventOf(other, 'apply-ended');
    const stop = new AbortController();
    const work = applyDesign(worker, sampleDesign(), 'stop', () => {}, stop.signal);
    await reached.opened;
    assert.equal((await other.info()).busy, 'applying');
    await assert.rejects(other.plan(sampleDesign()), { code: 'GW_AGENT_BUSY' });
    stop.abort();
    hold.open();
    assert.equal((await work).outcome, 'cancelled');
    assert.equal((await ended).outcome, 'cancelled');
    assert.equal((await applyDesign(other, sampleDesign())).outcome, 'applied');
  });

  it('goes on working when its client leaves in the middle', async () => {
    const hold = gate();
    const reached = gate();
    await start({
      async seam({ operation, kind }) {
        if (operation !== 'create' || kind !== 'uplink') return;
        reached.open();
        await hold.opened;
      },
    });
    const other = await connect();
    const { hash } = await other.plan(sampleDesign());
    const ended = eventOf(other, 'apply-ended');
    const request = JSON.stringify({ design: sampleDesign(), planHash: hash, onFailure: 'stop' });
    const leave = await rawPost(socketPath, '/v1/apply', request);
    await reached.opened;
    leave();
    hold.open();
    assert.equal((await ended).outcome, 'applied');
    assert.equal((await other.info()).generation, 1);
  });

  it('tells a watcher what happened while the connection was being made', async () => {
    await start();
    const agent = await connect();
    const started = eventOf(agent, 'apply-started');
    await applyDesign(agent, sampleDesign());
    assert.equal((await started).steps, 11);
  });

  it('keeps its watchers over a restart of the agent', async () => {
    const first = await start();
    const agent = await connect();
    await applyDesign(agent, sampleDesign());
    const drift = eventOf(agent, 'drift');
    await first.close();
    await assert.rejects(agent.info(), { code: 'GW_AGENT_AWAY' });
    const second = await startAgent({
      ...agentOptions(folder, { memory: { facts: {} }, limits: { debounceMs: 10 } }),
      socketPath,
    });
    open.push(second);
    await (await import('../../runtime/host/local.ts')).localHost.remove(
      join(folder, 'state/drivers/memory/simulated/cell-7/vm/robot-a.json'),
    );
    assert.deepEqual(
      (await drift).steps.map(step => step.id),
      [`create ${VM_A}`],
    );
  });

  it('resumes after it was stopped in the middle, and says so to who asked', async () => {
    const reached = gate();
    const first = await start({
      seam: ({ operation, kind, signal }) =>
        operation === 'create' && kind === 'vm' && signal !== undefined
          ? new Promise<void>(resolve => {
              signal.addEventListener('abort', () => resolve(), { once: true });
              reached.open();
            })
          : undefined,
    });
    const agent = await connect();
    const refused = assert.rejects(applyDesign(agent, sampleDesign()), { code: 'GW_AGENT_STOPPING' });
    await reached.opened;
    const ended = eventOf(agent, 'apply-ended');
    await first.close();
    await refused;
    await start();
    assert.deepEqual([(await ended).outcome, (await ended).generation], ['applied', 1]);
  });

  it('lets only its owner and group use the socket', async () => {
    await start();
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    assert.equal(await mode(socketPath), '660');
    assert.equal(await mode(join(folder, 'run')), '750');
    assert.equal(await mode(join(folder, 'state')), '700');
  });

  it('gives the socket to a group, by name or number', async () => {
    const gid = process.getgid?.() ?? 0;
    const started = await start({ group: String(gid) });
    assert.equal((await stat(socketPath)).gid, gid);
    await started.close();
    open.length = 0;
    await assert.rejects(start({ group: 'no-such-group-here' }), { code: 'GW_HOST_COMMAND_FAILED' });
    await assert.rejects(start({ group: 'a;b' }), { code: 'GW_AGENT_REQUEST' });
  });

  it('replaces a socket file that nobody answers on', async () => {
    const started = await start();
    await started.close();
    open.length = 0;
    await staleSocket(socketPath);
    await start();
    assert.equal((await (await connect()).info()).gateway, 'cell-7');
  });

  it('refuses a path where somebody listens, or that is no socket', async () => {
    await start();
    const other = agentOptions(join(folder, 'other'));
    await assert.rejects(startAgent({ ...other, socketPath }), { code: 'GW_AGENT_LOCKED' });
    const file = join(folder, 'run/file');
    await writeFile(file, 'mine');
    await assert.rejects(startAgent({ ...other, socketPath: file }), { code: 'GW_HOST_IO' });
    const link = join(folder, 'run/link.sock');
    await symlink(socketPath, link);
    await assert.rejects(startAgent({ ...other, socketPath: link }), { code: 'GW_HOST_IO' });
    // The refused starts have let go of their state directory.
    const third = await startAgent({ ...other, socketPath: join(folder, 'run/third.sock') });
    await third.close();
  });

  it('refuses a second agent over the same state, and the first one lives on', async () => {
    await start();
    const second = { ...agentOptions(folder), socketPath: join(folder, 'run/second.sock') };
    await assert.rejects(startAgent(second), { code: 'GW_AGENT_LOCKED' });
    assert.equal((await (await connect()).info()).busy, 'idle');
  });

  it('says that nobody is there', async () => {
    await assert.rejects(connectAgent(socketPath), { code: 'GW_AGENT_AWAY', message: /ENOENT/ });
    await start();
    await chmod(socketPath, 0o660);
    assert.ok(await connect());
  });

  for (const [what, said] of [
    ['something that is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['another version', answerOf('{"protocol":2}')],
    ['no JSON', answerOf('<html>')],
    ['an error without a code', `HTTP/1.1 500 x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`],
  ] as const)
    it(`does not take ${what} for an agent`, async () => {
      const path = join(folder, 'impostor.sock');
      const impostor = await listening(path, said);
      await assert.rejects(connectAgent(path), (error: { code?: string }) =>
        ['GW_AGENT_PROTOCOL', 'GW_AGENT_AWAY'].includes(error.code ?? ''),
      );
      await new Promise(resolve => impostor.close(resolve));
    });
});

function answerOf(text: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`;
}

/** A server that says one thing to everybody. */
function listening(path: string, said: string): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(said));
  });
  return new Promise(resolve => server.listen(path, () => resolve(server)));
}

/** Leaves the file of a socket whose process is gone, as a kill does. */
async function staleSocket(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, path], { stdio: 'ignore' });
  assert.ok((await stat(path)).isSocket());
}

/** Sends a request and returns how to hang up. */
async function rawPost(socketPath: string, path: string, body: string): Promise<() => void> {
  const { request } = await import('node:http');
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request({ socketPath, method: 'POST', path, headers });
  sent.on('error', () => {}); // we hang up ourselves
  sent.end(body);
  return () => sent.destroy();
}
