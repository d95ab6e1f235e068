// How late the event loop of the editor's process gets while four guests in it compute all the time: a fresh `npm start`,
// robot-cell applied with guests in v86, and a shell loop in every guest.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectAgent } from '../../../runtime/agent/client.ts';
import type { Address } from '../../../runtime/model/address.ts';
import type { Agent } from '../../../runtime/model/agent.ts';
import { folderName, socketIn } from '../../../runtime/platform/connect-agent.ts';
import { flowText } from '../../../scripts/golden.ts';
import { embeddedSettings } from '../../lab/embedded-images.ts';
import { askGuest } from '../../lab/guest-shell.ts';
import { drawn, GATEWAYS } from '../../real/robot-cell-drawing.ts';
import { type Figure, summarize } from '../harness.ts';
import type { Delay } from './delay-probe.ts';

const [MAIN, PROBE] = ['../../../runtime/main.ts', './delay-probe.ts'].map(path =>
  fileURLToPath(new URL(path, import.meta.url)),
) as [string, string];
const READY_TIMEOUT_MS = 120_000;
const ROUNDS = 5;
const LISTEN_MS = 8_000;
/** `&` within braces, so that something may follow it on the line. */
const LOOP = '{ while :; do :; done & }';

interface Platform {
  readonly agents: ReadonlyMap<Address<'vm'>, Agent>;
  /** How late its event loop is over some seconds from now. */
  delay(): Promise<Delay>;
  close(): Promise<void>;
}

async function startPlatform(): Promise<Platform> {
  const home = await mkdtemp(join(tmpdir(), 'gw-delay-'));
  const { imageDirectory, snapshotDirectory } = await embeddedSettings();
  await mkdir(snapshotDirectory, { recursive: true });
  await symlink(imageDirectory, join(home, 'images'));
  await symlink(snapshotDirectory, join(home, 'snapshots'));
  await writeFile(join(home, 'flows.json'), JSON.stringify(flow()));
  const child = spawn(process.execPath, ['--import', PROBE, MAIN, '--port', '0', '--home', home], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const agents = new Map<Address<'vm'>, Agent>();
  const close = async () => {
    for (const agent of new Set(agents.values())) await agent.close();
    child.kill('SIGTERM');
    await gone;
    await rm(home, { recursive: true, force: true });
  };
  try {
    await ready(child);
    for (const gateway of GATEWAYS) {
      const folder = folderName({ name: gateway, backend: 'embedded' });
      const agent = await connectAgent(socketIn(join(home, 'gatewright', folder)));
      for (const vm of await apply(agent, gateway)) agents.set(vm, agent);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...{ agents, close },
    async delay() {
      child.send('begin');
      await elapsed(LISTEN_MS);
      const answer = once(child, 'message');
      child.send('read');
      return (await answer)[0] as Delay;
    },
  };
}

/** WHY v86 is drawn: its PCs compute in the process in question, those of QEMU beside it. */
function asDrawn<N extends { readonly type: string }>(node: N): N {
  return node.type === 'gatewright-gateway' ? { ...node, backend: 'embedded', hypervisor: 'v86' } : node;
}

function flow(): readonly object[] {
  return (JSON.parse(flowText('robot-cell')) as readonly { readonly type: string }[]).map(asDrawn);
}

async function ready(child: ChildProcess): Promise<void> {
  const late = AbortSignal.timeout(READY_TIMEOUT_MS);
  let said = '';
  while (!said.includes('Gatewright is ready')) {
    if (child.stdout === null) throw new Error('nobody hears what npm start says');
    const [chunk] = await once(child.stdout, 'data', { signal: late });
    said += String(chunk);
  }
}

/** @returns the VMs that run now @throws Error unless all was applied */
async function apply(agent: Agent, gateway: (typeof GATEWAYS)[number]): Promise<readonly Address<'vm'>[]> {
  const design = drawn(asDrawn, 'embedded')[gateway];
  const { hash } = await agent.plan(design);
  const { outcome, message } = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
  if (outcome !== 'applied') throw new Error(message);
  const { facts } = await agent.info();
  if (facts.find(({ kind }) => kind === 'vm')?.driver !== 'v86') throw new Error('the guests are not in the process');
  return Object.values(design.resources).flatMap(({ kind, address }) =>
    kind === 'vm' ? [address as Address<'vm'>] : [],
  );
}

export async function delayFigures(note: (text: string) => void): Promise<readonly Figure[]> {
  const platform = await startPlatform();
  const each = (act: (agent: Agent, vm: Address<'vm'>) => Promise<unknown>) =>
    Promise.all([...platform.agents].map(([vm, agent]) => act(agent, vm)));
  const busy: Delay[] = [];
  const without: Delay[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      note(`the event loop with busy guests and without, round ${round} of ${ROUNDS}`);
      await each((agent, vm) => agent.power(vm, 'start'));
      await each((agent, vm) => askGuest(agent, vm, LOOP));
      busy.push(await platform.delay());
      await each((agent, vm) => agent.power(vm, 'stop'));
      without.push(await platform.delay());
    }
  } finally {
    await platform.close();
  }
  const guests = platform.agents.size;
  const ratios = busy.map((one, round) => one.p99 / (without[round]?.p99 ?? Number.NaN));
  const late = 'how late the event loop of the process is in 99 of 100 cases';
  return [
    {
      ...{ id: 'delay-busy', what: `${late}, with ${guests} guests that compute all the time; wanted: below 20` },
      ...{ ...summarize(busy.map(one => one.p99)), unit: 'ms' },
    },
    {
      ...{ id: 'delay-median', what: `the same in half of the cases` },
      ...{ ...summarize(busy.map(one => one.p50)), unit: 'ms' },
    },
    {
      ...{ id: 'delay-without', what: `${late}, with the same guests switched off` },
      ...{ ...summarize(without.map(one => one.p99)), unit: 'ms' },
    },
    {
      ...{ id: 'delay-ratio', what: 'the one against the other, 99 of 100 cases' },
      ...{ ...summarize(ratios), unit: 'ratio' },
    },
  ];
}
