import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '../../runtime/model/address.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { Diagnostic } from '../../runtime/model/diagnostic.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { designOf, robotA, SAMPLE, vendorA, withSpec } from '../contract/samples.ts';
import { find, type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const DRAWN = designOf(SAMPLE);
const VM = robotA.address;

/** The sample with another port in the one firewall rule. */
function withRule(port: string): GatewayDesign {
  const links = vendorA.spec.links.map(link => ({
    ...link,
    rules: link.rules.map(rule => ({ ...rule, ports: [port] })),
  }));
  return designOf(SAMPLE.map(resource => (resource === vendorA ? withSpec(vendorA, { links }) : resource)));
}

/** The same drawing on another gateway. */
function elsewhere(design: GatewayDesign, name: string): GatewayDesign {
  return JSON.parse(JSON.stringify(design).replaceAll('cell-7', name));
}

/** Where the simulated back end keeps a resource. */
async function storedFile(folder: string, end: string): Promise<string> {
  const found = (await readdir(folder, { recursive: true })).find(path => path.endsWith(end));
  return join(folder, found ?? 'there is none');
}

describe('the platform', () => {
  let world: SimulatedPlatform;
  beforeEach(async () => {
    world = await simulatedPlatform();
  });
  afterEach(() => world.remove());

  async function apply(gateway = 'cell-7', onFailure: 'stop' | 'rollback' = 'stop') {
    const planHash = world.gateway(gateway).plan?.hash ?? '';
    return world.platform.apply({ gateway, planHash, onFailure }, 'ivo');
  }
  const text = (address: Address) => world.platform.nodeState(DRAWN.resources[address]?.source.node ?? '');

  it('plans what is deployed, applies it on command, and then has nothing to do', async () => {
    await world.deploy(DRAWN);
    const before = world.gateway();
    assert.equal(before.label, 'simulated');
    assert.equal(before.plan?.steps.length, SAMPLE.length);
    assert.deepEqual(new Set(Object.values(before.resources)), new Set(['planned']));
    assert.deepEqual(text(VM), { state: 'planned', text: 'planned' });

    assert.equal((await apply()).outcome, 'applied');
    const after = world.gateway();
    assert.deepEqual(after.plan?.steps, []);
    assert.deepEqual(after.planText, ['Nothing to do. Everything runs as drawn.']);
    assert.equal(after.generation, 1);
    assert.deepEqual(new Set(Object.values(after.resources)), new Set(['running']));
    assert.deepEqual(text(VM), { state: 'running', text: 'running, simulated' });
  });

  it('plans exactly one step for one edited rule', async () => {
    await world.deploy(DRAWN);
    await apply();
    await world.deploy(withRule('503'));
    const steps = world.gateway().plan?.steps ?? [];
    assert.deepEqual(
      steps.map(({ action, address }) => [action, address]),
      [['update', vendorA.address]],
    );
    assert.deepEqual(text(vendorA.address), { state: 'planned', text: 'change planned' });
    assert.equal(world.gateway().resources[VM], 'running');
  });

  it('tells of progress while it applies', async () => {
    const events: AgentEvent[] = [];
    world.platform.onEvent(event => void events.push(event));
    await world.deploy(DRAWN);
    await apply();
    const types = events.map(({ type }) => type);
    assert.equal(types[0], 'apply-started');
    assert.equal(types.filter(type => type === 'step-done').length, SAMPLE.length);
    assert.ok(types.includes('apply-ended'));
  });

  it('shows drift that somebody made behind our back, and repairs it', async () => {
    await world.deploy(DRAWN);
    await apply();
    const file = await storedFile(world.folderOf('cell-7'), 'vm/robot-a.json');
    const stored = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...stored, spec: { ...stored.spec, running: false } }));
    const drifted = find(await world.until(state => find(state).drift && find(state).plan?.steps.length === 1));
    assert.equal(drifted.resources[VM], 'drift');
    assert.deepEqual(text(VM), { state: 'drift', text: 'drift' });
    assert.equal((await apply()).outcome, 'applied');
    const repaired = find(await world.until(state => !find(state).drift));
    assert.equal(repaired.resources[VM], 'running');
  });

  it('refuses a plan that is stale', async () => {
    await world.deploy(DRAWN);
    const old = world.gateway().plan?.hash ?? '';
    await world.deploy(withRule('503'));
    const command = { gateway: 'cell-7', planHash: old, onFailure: 'stop' } as const;
    await assert.rejects(world.platform.apply(command, 'ivo'), { code: 'GW_PLAN_STALE' });
    assert.equal(world.gateway().generation, 0);
  });

  it('refuses a gateway that is not drawn', async () => {
    await world.deploy(DRAWN);
    const command = { gateway: 'cell-9', planHash: '', onFailure: 'stop' } as const;
    await assert.rejects(world.platform.apply(command, 'ivo'), { code: 'GW_GATEWAY_UNKNOWN' });
    await assert.rejects(world.platform.refresh('cell-9'), { code: 'GW_GATEWAY_UNKNOWN' });
    assert.throws(() => world.platform.cancel('cell-9', 'ivo'), { code: 'GW_GATEWAY_UNKNOWN' });
  });

  const finding: Diagnostic = {
    severity: 'error',
    code: 'GW_BUG',
    summary: 'robot-a has no switch.',
    remedy: 'Wire it.',
    source: robotA.source,
  };
  it('keeps a drawing with errors but plans and applies nothing of it, and still shows what runs', async () => {
    await world.deploy(DRAWN);
    await apply();
    await world.platform.load([{ gateways: [withRule('503')], diagnostics: [finding] }], 'anna');
    const state = world.gateway();
    assert.equal(state.plan, undefined);
    assert.equal(state.resources[VM], 'running');
    assert.deepEqual(text(VM), { state: 'blocked', text: 'see finding' });
    assert.deepEqual(world.platform.state().diagnostics, [finding]);
    await assert.rejects(apply(), { code: 'GW_DESIGN_INVALID' });
    await world.deploy(withRule('503'));
    assert.equal(world.gateway().plan?.steps.length, 1);
  });

  it('says why an agent is away, finds it by itself when it is back, and applies nothing meanwhile', async () => {
    world.away(true);
    await world.deploy(DRAWN);
    const away = world.gateway();
    assert.deepEqual([away.connected, away.message], [false, 'no agent answers; start it']);
    assert.equal(away.plan, undefined);
    assert.deepEqual(text(VM), { state: 'unknown', text: 'gateway away' });
    await assert.rejects(apply(), { code: 'GW_GATEWAY_AWAY' });
    world.away(false);
    const back = find(await world.until(state => find(state).connected));
    assert.equal(back.plan?.steps.length, SAMPLE.length);
  });

  it('goes back to the generation before', async () => {
    await world.deploy(DRAWN);
    await apply();
    await world.deploy(withRule('503'));
    await apply();
    const result = await world.platform.rollback('cell-7', 'ivo');
    assert.equal(result.outcome, 'rolled-back');
    assert.deepEqual(
      world.gateway().plan?.steps.map(({ address }) => address),
      [vendorA.address],
      'the drawing differs from what runs again',
    );
  });

  it('keeps every gateway to itself and forgets one that is no longer drawn', async () => {
    await world.deploy(DRAWN, elsewhere(DRAWN, 'cell-8'));
    assert.deepEqual(
      world.platform.state().gateways.map(({ name }) => name),
      ['cell-7', 'cell-8'],
    );
    await apply('cell-8');
    assert.equal(world.gateway('cell-7').generation, 0);
    assert.equal(world.gateway('cell-8').generation, 1);
    await world.deploy(DRAWN);
    assert.deepEqual(
      world.platform.state().gateways.map(({ name }) => name),
      ['cell-7'],
    );
  });

  it('keeps state and audit over a restart', async () => {
    await world.deploy(DRAWN);
    await apply();
    world = await world.restart();
    await world.deploy(DRAWN);
    assert.equal(world.gateway().generation, 1);
    assert.deepEqual(world.gateway().plan?.steps, []);
    assert.deepEqual(
      world.platform.audit().map(({ user, action, detail }) => [user, action, detail.replace(/ [0-9a-f]{12}$/, '')]),
      [
        ['anna', 'deploy', '6 resources, 0 errors'],
        ['ivo', 'apply', 'plan'],
        ['ivo', 'apply', 'applied: generation 1'],
        ['anna', 'deploy', '6 resources, 0 errors'],
      ],
    );
  });

  it('announces states in order and never more than it needs', async () => {
    const revisions: number[] = [];
    world.platform.onState(state => void revisions.push(state.revision));
    await world.deploy(DRAWN);
    await apply();
    await world.until(state => find(state).plan?.steps.length === 0);
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((a, b) => a - b),
    );
  });

  it('has nothing to say of a node that draws nothing', async () => {
    await world.deploy(DRAWN);
    assert.equal(world.platform.nodeState('an inject node'), undefined);
  });
});

describe('the platform over a back end that fails or lacks something', () => {
  let world: SimulatedPlatform;
  afterEach(() => world.remove());

  it('shows the step that failed until the next apply', async () => {
    let broken = true;
    world = await simulatedPlatform({
      seam: ({ operation, kind }) => {
        if (broken && operation === 'create' && kind === 'vm') throw new Error('no memory left on the box');
      },
    });
    await world.deploy(DRAWN);
    const command = () => ({
      gateway: 'cell-7',
      planHash: world.gateway().plan?.hash ?? '',
      onFailure: 'stop' as const,
    });
    assert.equal((await world.platform.apply(command(), 'ivo')).outcome, 'failed');
    assert.equal(world.gateway().resources[VM], 'blocked');
    assert.deepEqual(world.platform.nodeState(robotA.source.node), { state: 'blocked', text: 'step failed' });
    assert.match(world.gateway().message, /no memory left on the box/);
    broken = false;
    assert.equal((await world.platform.apply(command(), 'ivo')).outcome, 'applied');
    assert.equal(world.gateway().resources[VM], 'running');
  });

  it('can be cancelled at a safe point', async () => {
    world = await simulatedPlatform({
      seam: ({ operation, kind, signal }) =>
        operation === 'create' && kind === 'vm'
          ? new Promise((_resolve, reject) =>
              signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
            )
          : undefined,
    });
    await world.deploy(DRAWN);
    const applying = world.platform.apply(
      { gateway: 'cell-7', planHash: world.gateway().plan?.hash ?? '', onFailure: 'stop' },
      'ivo',
    );
    // The edge router is made at the same time, and is done when everything but the VM is.
    const waits = (state: Parameters<typeof find>[0]) => find(state).progress?.done === SAMPLE.length - 1;
    const busy = find(await world.until(state => find(state).resources[VM] === 'changing' && waits(state)));
    assert.equal(busy.busy, 'applying');
    assert.equal(busy.progress?.steps, SAMPLE.length);
    world.platform.cancel('cell-7', 'ivo');
    assert.equal((await applying).outcome, 'cancelled');
    assert.deepEqual(
      world.gateway().plan?.steps.map(({ address }) => address),
      [VM],
    );
  });

  it('names the node that uses what the back end lacks', async () => {
    world = await simulatedPlatform({ facts: { segment: { lacks: { overlay: 'this kernel has no VXLAN' } } } });
    await world.deploy(DRAWN);
    const [lack] = world.platform.state().diagnostics;
    assert.equal(lack?.code, 'GW_BACKEND_LACKS');
    assert.match(lack?.summary ?? '', /this kernel has no VXLAN/);
    assert.deepEqual(world.platform.nodeState(lack?.source.node ?? ''), { state: 'blocked', text: 'see finding' });
  });
});
