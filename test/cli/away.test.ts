// Gateways whose agents do not run, are something else, are another one's, or have no time: exit code 3, and what to do.
import assert from 'node:assert/strict';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { SeamPoint } from '../../runtime/drivers/memory/handle.ts';
import { socketIn } from '../../runtime/platform/connect-agent.ts';
import { gate } from '../agent/sample.ts';
import { type Home, openHome, type Started } from './command.ts';
import { documentOf, failureIn } from './document.ts';
import { ROBOT_CELL, reference, SINGLE_BOX, withFields } from './flows.ts';
import { type LinuxAgent, serveLinuxAgent } from './linux-agent.ts';

const GATEWAY = 'cabinet-1';

describe('a gateway that cannot be asked', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  let home: Home;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let patient: Started;

  before(async () => {
    home = await openHome();
    // It takes a while until silence is taken for an answer, so it is asked first and heard last.
    const silent = await listen(
      'silent.sock',
      createServer(() => {}),
    );
    patient = home.start(['plan', await drawnOn(silent), '--json']);
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
    await home.remove();
  });

  async function listen(name: string, server: Server): Promise<string> {
    const path = join(home.folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>(resolve => server.listen(path, resolve));
    servers.push(server);
    return path;
  }

  /** The single box as a linux gateway whose agent listens there. */
  async function drawnOn(socket: string): Promise<string> {
    const name = `${socket.split('/').at(-1)}.json`;
    return home.file(name, withFields(reference('single-box'), 'gateway', { backend: 'linux', agentSocket: socket }));
  }

  it('is told apart from a drawing with findings: no agent runs', async () => {
    const path = await drawnOn(join(home.folder, 'none.sock'));
    const [human, json] = await Promise.all([
      home.run(['plan', path, '--detailed-exitcode']),
      home.run(['apply', path, '--yes', '--json']),
    ]);
    assert.deepEqual([human.code, human.stdout], [3, '']);
    assert.match(
      human.stderr,
      /^gatewright: cabinet-1: no agent answers on .*none\.sock \(ENOENT\); start it there and check that you may use the socket \[GW_AGENT_AWAY\]\n {2}Start it with `gatewright agent`.*\n$/,
    );
    const [code, name, message] = failureIn(json);
    assert.deepEqual([code, name], [3, 'GW_AGENT_AWAY']);
    assert.match(message, /^cabinet-1: no agent answers/);
  });

  it('left its socket behind', async () => {
    const path = await listen('before.sock', createServer());
    const stale = join(home.folder, 'stale.sock');
    await rename(path, stale);
    await new Promise(resolve => servers.pop()?.close(resolve));
    const [code, name, message] = failureIn(await home.run(['plan', await drawnOn(stale), '--json']));
    assert.deepEqual([code, name], [3, 'GW_AGENT_AWAY']);
    assert.match(message, /stale\.sock \(ECONNREFUSED\); start it there/);
  });

  it('is some other service', async () => {
    const page = createHttpServer((_request, response) => response.writeHead(404).end('<h1>not here</h1>'));
    const banner = createServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const shut = createServer(socket => socket.destroy());
    const paths = [
      await listen('page.sock', page),
      await listen('banner.sock', banner),
      await listen('shut.sock', shut),
    ];
    const runs = await Promise.all(paths.map(async path => home.run(['plan', await drawnOn(path), '--json'])));
    const told = runs.map(failureIn);
    assert.deepEqual(
      told.map(([code, name]) => [code, name]),
      [
        [3, 'GW_AGENT_PROTOCOL'],
        [3, 'GW_AGENT_AWAY'],
        [3, 'GW_AGENT_AWAY'],
      ],
    );
    assert.match(
      told[0]?.[2] ?? '',
      /what answers on .*page\.sock is not an agent of this version .*; check what listens/,
    );
    assert.match(told[1]?.[2] ?? '', /no agent answers on .*banner\.sock/);
  });

  it('is an agent of another back end or another gateway', async () => {
    const agents = [await serveLinuxAgent(home, GATEWAY, () => {}, 'simulated'), await serveLinuxAgent(home, 'cell-9')];
    try {
      const runs = await Promise.all(
        agents.map(async ({ socketPath }) => home.run(['plan', await drawnOn(socketPath), '--json'])),
      );
      assert.deepEqual(runs.map(failureIn), [
        [
          1,
          'GW_DESIGN_FOREIGN',
          'cabinet-1: the design wants back end linux, this agent runs simulated; correct the gateway node',
        ],
        [1, 'GW_DESIGN_FOREIGN', 'cabinet-1: the design is for cabinet-1, this is the agent of cell-9'],
      ]);
    } finally {
      for (const agent of agents) await agent.close();
    }
  });

  it('has a back end that is not there yet', async () => {
    const path = await home.file(
      'vsphere.json',
      withFields(reference('single-box'), 'gateway', { backend: 'vsphere' }),
    );
    const { code, stderr } = await home.run(['plan', path]);
    assert.equal(code, 1);
    assert.match(stderr, /^gatewright: cabinet-1: the vsphere back end is not available yet; choose another/);
  });

  it('lives in a process that does not run: it is planned, nothing is applied, and the words say what to start', async () => {
    const fields = { backend: 'embedded' };
    const path = await home.file('embedded.json', withFields(reference('single-box'), 'gateway', fields));
    try {
      const planned = await home.run(['plan', path]);
      assert.deepEqual([planned.code, planned.stderr], [0, '']);
      assert.match(planned.stdout, /^cabinet-1 \(emulated\), generation 0 to 1: \d+ to create/);
      const { code, stderr, stdout } = await home.run(['apply', path, '--yes']);
      assert.equal(code, 3);
      assert.match(
        stderr + stdout,
        /start it with npm start, or with gatewright agent --backend embedded --gateway cabinet-1/,
      );
    } finally {
      await rm(home.gateway('cabinet-1.embedded'), { recursive: true, force: true });
    }
  });

  it('does not keep the others from being observed', async () => {
    assert.equal((await home.run(['apply', SINGLE_BOX, '--yes'])).code, 0);
    await listen(
      `gatewright/odd/${socketIn('.')}`,
      createHttpServer((_request, response) => response.end('{}')),
    );
    await mkdir(home.gateway('audit'));
    await home.file('gatewright/notes', 'neither a gateway');
    const [human, json] = await Promise.all([home.run(['observe']), home.run(['observe', '--json'])]);
    assert.equal(human.code, 3);
    assert.match(human.stdout, /^cabinet-1 \(simulated\), generation 1: \d+ resources\n/);
    assert.match(human.stdout, /\nodd: what answers on .* \[GW_AGENT_PROTOCOL\]\n {2}Run the same version.*\n$/);
    const { ok, gateways, away } = documentOf(json, 'observe');
    assert.deepEqual([json.code, ok, gateways.map(seen => seen.gateway)], [3, false, [GATEWAY]]);
    assert.deepEqual(
      away.map(({ gateway, code }) => [gateway, code]),
      [['odd', 'GW_AGENT_PROTOCOL']],
    );
  });

  it('says nothing at all', async () => {
    const [code, name, message] = failureIn(await patient.ended);
    assert.deepEqual([code, name], [3, 'GW_AGENT_AWAY']);
    assert.match(message, /silent\.sock \(silent for 10 s\)/);
  });
});

describe('a linux gateway that is at work', function () {
  // Many processes, one after the other, each of which shares its processor with others.
  this.timeout(60_000);
  let home: Home;
  let agent: LinuxAgent;
  let path = '';
  let reached = gate();
  let hold = gate();

  beforeEach(async () => {
    home = await openHome();
    [reached, hold] = [gate(), gate()];
    const seam = async ({ operation, kind }: SeamPoint) => {
      if (operation !== 'create' || kind !== 'uplink') return;
      reached.open();
      await hold.opened;
    };
    agent = await serveLinuxAgent(home, GATEWAY, seam);
    path = await home.file(
      'flow.json',
      withFields(reference('single-box'), 'gateway', { backend: 'linux', agentSocket: agent.socketPath }),
    );
  });
  afterEach(async () => {
    hold.open();
    await agent.close();
    await home.remove();
  });

  it('tells a second command that it is busy, and the first one comes to its end', async () => {
    const first = home.start(['apply', path, '--yes']);
    await reached.opened;
    const [human, json] = await Promise.all([home.run(['apply', path, '--yes']), home.run(['plan', path, '--json'])]);
    assert.equal(human.code, 3);
    assert.match(
      human.stderr,
      /^gatewright: cabinet-1 is applying; wait until it has ended or cancel it \[GW_AGENT_BUSY\]\n/,
    );
    assert.deepEqual(failureIn(json).slice(0, 2), [3, 'GW_AGENT_BUSY']);
    hold.open();
    const end = await first.ended;
    assert.deepEqual([end.code, end.stderr], [0, '']);
    assert.match(end.stdout, /^cabinet-1 \(simulated\): applied\. Generation 1 is complete\.\n$/);
    assert.equal((await home.run(['plan', path, '--detailed-exitcode'])).code, 0);
  });

  it('goes on when the command that asked is killed', async () => {
    const first = home.start(['apply', path, '--yes']);
    await reached.opened;
    first.child.kill('SIGKILL');
    await first.ended;
    hold.open();
    const until = async (): Promise<string> => {
      const { code, stdout } = await home.run(['plan', path, '--detailed-exitcode']);
      return code === 3 ? until() : stdout;
    };
    assert.match(await until(), /generation 1: Nothing to do/);
  });

  it('is cancelled by Ctrl-C at its next safe point', async () => {
    const first = home.start(['apply', path, '--yes', '--json']);
    await reached.opened;
    first.child.kill('SIGINT');
    await new Promise(resolve => first.child.stderr?.once('data', resolve));
    hold.open();
    const end = await first.ended;
    const { ok, results } = documentOf(end, 'apply');
    assert.deepEqual([end.code, ok, results.map(({ outcome }) => outcome)], [1, false, ['cancelled']]);
    assert.match(end.stderr, /^Stopping at the next safe point\. Press Ctrl-C again to leave at once/);
    assert.equal((await home.run(['apply', path, '--yes'])).code, 0);
  });

  it('that stops in the middle is told as such, and goes on when it is started again', async () => {
    const first = home.start(['apply', path, '--yes', '--json']);
    await reached.opened;
    const closed = agent.close();
    hold.open();
    await closed;
    const [code, name] = failureIn(await first.ended);
    assert.equal(code, 3);
    assert.match(name, /^GW_AGENT_(STOPPING|AWAY)$/);
    agent = await serveLinuxAgent(home, GATEWAY);
    assert.equal((await home.run(['apply', path, '--yes'])).code, 0);
    assert.equal((await home.run(['plan', path, '--detailed-exitcode'])).code, 0);
  });
});

describe('a drawing of two gateways, one of which is away', () => {
  it('is not half applied', async () => {
    const home = await openHome();
    try {
      const away = { backend: 'linux', agentSocket: join(home.folder, 'none.sock') };
      const flow = reference('robot-cell').map(node => (node.name === 'cell-8' ? { ...node, ...away } : node));
      const path = await home.file('half.json', flow);
      const [code, name, message] = failureIn(await home.run(['apply', path, '--yes', '--json']));
      assert.deepEqual([code, name, message.slice(0, 7)], [3, 'GW_AGENT_AWAY', 'cell-8:']);
      const { plans } = documentOf(await home.run(['plan', ROBOT_CELL, '--json']), 'plan');
      assert.deepEqual(
        plans.map(plan => plan.generation.from),
        [0, 0],
      );
    } finally {
      await home.remove();
    }
  });
});
