// The process of lines: whatever ends it or keeps others busy, lines come back or go on, and what was owed is told.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { startSession } from '../../../runtime/drivers/lines/session.ts';
import { SecretStore } from '../../../runtime/host/secret-store.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { LineSpec } from '../../../runtime/model/kinds/line.ts';
import type { TrafficTick } from '../../../runtime/model/line-figures.ts';
import { singleDevice } from '../../../runtime/protocols/modbus/server/device.ts';
import { MemoryDevice } from '../../../runtime/protocols/modbus/server/memory-device.ts';
import { deviceResponder } from '../../../runtime/protocols/modbus/server/responder.ts';
import { serveTcp, type TcpServer } from '../../../runtime/protocols/modbus/server/tcp-server.ts';
import { refusal, step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { openPeers, type Peers } from '../../protocols/modbus/peers/programs.ts';
import { type Master, read, UNIT } from './master.ts';
import { port, reads, serialLine, socketLine } from './sample.ts';
import { opened, openSite, type Site, statusOf } from './site.ts';

const LINE = 'line.cell-7/meters';

describe('the process of lines', function () {
  this.timeout(60_000);
  let site: Site;
  let handle: Handle<'line'>;
  let peers: Peers;
  const closing: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    site = await openSite();
    handle = await site.connect();
    peers = openPeers();
  });
  afterEach(async () => {
    await site.close();
    await peers.close();
    for (const close of closing.splice(0)) await close();
  });

  const put = (name: string, spec: LineSpec) => handle.create(resource('line', name, spec), step(1));

  /** A device whose every register has this value. */
  async function device(value: number): Promise<TcpServer> {
    const memory = new MemoryDevice({ holdingRegisters: 100 });
    for (let at = 0; at < 100; at++) memory.setRegister('holding-registers', at, value);
    const server = await serveTcp(deviceResponder(singleDevice(memory)), { host: '127.0.0.1', port: 0 });
    closing.push(() => server.close());
    return server;
  }

  /** A device that takes requests and never answers. */
  async function mute(): Promise<number> {
    const server: Server = createServer(socket => {
      socket.on('error', () => {});
      socket.resume();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => server.close());
    return (server.address() as { port: number }).port;
  }

  const killLast = () => process.kill(site.programs.at(-1)?.pid ?? assert.fail(), 'SIGKILL');

  it('is not there before there is a line, and not after the last one', async () => {
    assert.equal(site.programs.length, 0);
    await put('meters', socketLine(1, { messages: 'none', ports: [] }));
    assert.equal(site.programs.length, 1);
    await handle.remove(LINE, step(2));
    assert.equal(isRunning(site.programs[0]?.pid), false);
  });

  it('brings every line back when it is killed in the middle of traffic, and mixes nobody up', async () => {
    const own = { a: 17, b: 34 } as const;
    for (const [vm, value] of Object.entries(own)) {
      const ports = [port(vm, `vendor-${vm}`, reads)];
      await put(`line-${vm}`, socketLine((await device(value)).port, { messages: 'none', ports }));
    }
    let stop = false;
    const answers = { a: 0, b: 0 };
    const ask = async (vm: 'a' | 'b', master: Master) => {
      while (!stop) {
        // One that was pulled out has no answer; one that came while its line was being opened has none either.
        const answer = await master.ask(read(5)).catch(() => '');
        if (answer === '' || answer === '830a') continue;
        assert.equal(answer, `030200${own[vm].toString(16)}`);
        answers[vm] += 1;
      }
      assert.deepEqual(master.unexpected, []);
    };
    const masters = [await site.master('a'), await site.master('b')] as const;
    const asking = Promise.all([ask('a', masters[0]), ask('b', masters[1])]);
    for (let kills = 0; kills < 3; kills++) {
      for (const before = { ...answers }; answers.a < before.a + 50 || answers.b < before.b + 50; ) await turn();
      killLast();
      await site.programs.at(-1)?.ended;
    }
    for (const before = { ...answers }; answers.a < before.a + 50 || answers.b < before.b + 50; ) await turn();
    const { ends } = await statusOf(handle, 'line.cell-7/line-a');
    assert.ok((ends[0]?.in.frames ?? 0) < answers.a, 'counters begin anew');
    stop = true;
    await asking;
    assert.equal(site.programs.length, 4);
  });

  it('is closed, with why, while it is away; what it owed is told, and what is asked meanwhile too', async () => {
    await put('meters', socketLine(await mute(), { messages: 'read', ports: [] }, 60_000));
    await opened(handle);
    const owed = refusal(handle.ask?.(LINE, Uint8Array.of(UNIT, 3, 0, 0, 0, 1)) ?? assert.fail());
    while ((await statusOf(handle)).ends.find(({ end }) => end === 'device')?.out.frames !== 1) await turn();
    const gate = Promise.withResolvers<void>();
    site.gate = gate.promise;
    killLast();
    assert.equal(await owed, 'GW_LINE_PROCESS');
    const status = await statusOf(handle);
    assert.equal(status.state, 'closed');
    assert.match(status.why ?? '', /is away: it was ended by SIGKILL; it is started again by itself/);
    assert.deepEqual((await handle.observe())[0]?.spec.messages, 'read', 'what the file says wins');
    assert.equal(
      await refusal(handle.ask?.(LINE, Uint8Array.of(UNIT, 3, 0, 0, 0, 1)) ?? assert.fail()),
      'GW_LINE_PROCESS',
    );
    assert.equal(
      await refusal(
        handle.tap?.(
          LINE,
          () => {},
          () => {},
        ) ?? assert.fail(),
      ),
      'GW_LINE_PROCESS',
    );
    gate.resolve();
    await opened(handle);
  });

  it('takes a change as soon as it is back, however often it ended meanwhile', async () => {
    const away = socketLine(1, { messages: 'none', ports: [] });
    await put('meters', away);
    const gate = Promise.withResolvers<void>();
    site.gate = gate.promise;
    killLast();
    const changed = put('meters', { ...away, messages: 'read' });
    gate.resolve();
    await changed;
    killLast();
    await handle.update(resource('line', 'meters', { ...away, messages: 'write' }), [], step(2));
    assert.equal((await handle.observe())[0]?.spec.messages, 'write');
  });

  it('reads secrets itself: they are in no argument, no order and no status', async () => {
    const secret = 'correct horse battery staple';
    await new SecretStore(site.folder).set('broker', secret);
    const asked = Promise.withResolvers<void>();
    const broker = createServer(socket => {
      let said = '';
      socket.on('error', () => {});
      socket.on('data', chunk => {
        said += chunk.toString('latin1');
        if (said.includes(secret)) asked.resolve();
      });
    }).listen(0, '127.0.0.1');
    await once(broker, 'listening');
    closing.push(async () => broker.close());
    const { port: free } = broker.address() as { port: number };
    const settings = {
      host: '127.0.0.1',
      port: free,
      tls: false,
      username: 'cell',
      password: 'broker',
      clientId: 'cell',
    };
    await put('cloud', { protocol: 'mqtt', settings, messages: 'none', ports: [] });
    await asked.promise;
    const argv = await readFile(`/proc/${site.programs[0]?.pid}/cmdline`, 'utf8');
    const environment = await readFile(`/proc/${site.programs[0]?.pid}/environ`, 'utf8');
    const files = await readFile(`${site.folder}/cell-7/line/cloud.json`, 'utf8');
    assert.doesNotMatch([argv, environment, files, JSON.stringify(await handle.observe())].join(), /battery staple/);
  });

  it('ends a tap when it is killed, and goes on showing the traffic when it is back', async () => {
    const a = await site.master('a');
    await put('meters', socketLine((await device(7)).port, { messages: 'none', ports: [port('a', 'vendor-a')] }));
    await opened(handle);
    const ended = Promise.withResolvers<void>();
    await handle.tap?.(LINE, () => {}, ended.resolve);
    let wanted = Promise.withResolvers<TrafficTick>();
    const stop = handle.traffic?.(
      tick => {
        if (tick.lines[0]?.frames.length === 1) wanted.resolve(tick);
      },
      () => {},
    );
    await a.ask(read(3));
    const [seen] = (await wanted.promise).lines;
    assert.deepEqual([seen?.line, seen?.figures.state, seen?.lost], [LINE, 'open', 0]);
    const { atMs: _, ...frame } = seen?.frames[0] ?? assert.fail();
    assert.deepEqual(frame, { end: 'vm.cell-7/a', direction: 'in', frame: `11${read(3)}`, answer: '03020007' });
    wanted = Promise.withResolvers();
    killLast();
    await ended.promise;
    await opened(handle);
    await a.ask(read(4));
    assert.equal((await wanted.promise).lines[0]?.frames[0]?.frame, `11${read(4)}`);
    stop?.();
  });

  it('answers guests while our own thread does something else for 5 s, and tells afterwards what a tap has missed', async () => {
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port: free } = listening.address() as { port: number };
    listening.close();
    await peers.libmodbusTcpServer(free);
    await put('meters', socketLine(free, { messages: 'none', ports: [port('busy', 'vendor-a', reads)] }));
    await opened(handle);
    let told = 0;
    await handle.tap?.(
      LINE,
      (frames, lost) => {
        told += frames.length + lost;
      },
      () => {},
    );
    const counts = new SharedArrayBuffer(16);
    const [asked, right, wrong, stop] = [0, 1, 2, 3];
    const shared = new Int32Array(counts);
    const guest = new Worker(new URL('./busy-guest.ts', import.meta.url), {
      workerData: { path: site.socketOf('busy'), counts },
    });
    closing.push(() => guest.terminate());
    await once(guest, 'message');
    while (Atomics.load(shared, right) < 10) await turn();
    const before = Atomics.load(shared, right);
    for (const start = performance.now(); performance.now() - start < 5_000; );
    const meanwhile = Atomics.load(shared, right) - before;
    assert.ok(meanwhile > 100, `${meanwhile} requests were answered meanwhile`);
    const off = once(guest, 'message');
    Atomics.store(shared, stop, 1);
    await off;
    assert.equal(Atomics.load(shared, wrong), 0);
    assert.equal(Atomics.load(shared, right), Atomics.load(shared, asked), 'none was lost');
    while (told < Atomics.load(shared, right)) await turn();
    assert.equal(told, Atomics.load(shared, right), 'each is told, or counted as lost');
  });

  it('ends when its agent is killed, and leaves the device to the next one', async () => {
    const [ours, theirs] = await peers.ptyPair();
    await peers.libmodbusRtuServer(theirs, UNIT);
    const spec = serialLine(realpathSync(ours), { messages: 'read', ports: [] });
    await handle.close();
    const program = fileURLToPath(new URL('./lone-agent.ts', import.meta.url));
    const agent = spawn(process.execPath, [program, site.folder, JSON.stringify(spec)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closing.push(async () => agent.kill('SIGKILL'));
    const [said] = await once(agent.stdout, 'data');
    const pid = Number(String(said));
    assert.ok(isRunning(pid));
    agent.kill('SIGKILL');
    while (isRunning(pid)) await turn();
    handle = await site.connect();
    await opened(handle);
    const answer = await handle.ask?.(LINE, Uint8Array.of(UNIT, 3, 0, 9, 0, 1));
    assert.equal(Buffer.from(answer ?? []).toString('hex'), '03020009');
  });

  it('is ended when it hangs, so that another can take its place', async () => {
    const lost = Promise.withResolvers<Error>();
    const world = { host: site.host, stateDirectory: site.folder, gateway: 'cell-7' };
    const session = await startSession({ ...world, ordersPath: `${site.folder}/o` }, lost.resolve);
    process.kill(site.programs[0]?.pid ?? assert.fail(), 'SIGSTOP');
    assert.equal(await refusal(session.give({ do: 'look' }, 50)), 'GW_LINE_PROCESS');
    assert.match((await lost.promise).message, /SIGKILL/);
    await session.close();
    assert.deepEqual(
      (await readdir(site.folder)).filter(name => name === 'o'),
      [],
    );
  });
});

function isRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Lets everything else go on for a moment. */
const turn = () => new Promise(resolve => setTimeout(resolve, 5));
