// Drift both ways on a running platform: told, let stand until a date, taken into account by the next apply, and told again.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { localHost } from '../../runtime/host/local.ts';
import { DriftException } from '../../runtime/model/drift.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { adding, openExceptions } from '../../runtime/platform/exception-store.ts';
import { LinkDrift } from '../../runtime/platform/link-drift.ts';
import { createRouter } from '../../runtime/platform/router.ts';
import { designOf, robotA, SAMPLE } from '../contract/samples.ts';
import { planFor } from '../plan/planning.ts';
import { find, type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const VM = robotA.address;
const MEMORY = { address: VM, field: 'memoryMiB' } as const;
const HOUR_MS = 3_600_000;

describe('drift on the platform', () => {
  let world: SimulatedPlatform;
  const events: AgentEvent[] = [];
  beforeEach(async () => {
    world = await simulatedPlatform();
    events.length = 0;
    world.platform.onEvent(event => void events.push(event));
    await world.deploy(designOf(SAMPLE));
    await apply();
  });
  afterEach(() => world.remove());

  async function apply() {
    const planHash = world.gateway().plan?.hash ?? '';
    return world.platform.apply({ gateway: 'cell-7', planHash, onFailure: 'stop' }, 'ivo');
  }
  /** Somebody changes the VM behind our back. */
  async function meddle(fields: object): Promise<void> {
    const folder = world.folderOf('cell-7');
    const file = (await readdir(folder, { recursive: true })).find(path => path.endsWith('vm/robot-a.json'));
    const path = join(folder, file ?? 'there is none');
    const stored = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...stored, spec: { ...stored.spec, ...fields } }));
  }
  const fields = () => (world.gateway().drifted ?? []).map(({ field }) => field);
  const toldDrift = () => events.flatMap(event => (event.type === 'drift' ? [event.steps.length] : []));
  const anna = () => world.platform.excepting('cell-7', 'anna');
  const later = () => Date.now() + HOUR_MS;

  it('shows each field that differs, in words, until an apply restores it', async () => {
    await meddle({ memoryMiB: 256, running: false });
    const { drifted } = find(await world.until(state => find(state).drifted?.length === 2));
    assert.deepEqual(drifted?.[0]?.words, { field: 'memory MiB', is: '256', applied: '112' });
    assert.equal(drifted?.[0]?.source?.node, 'node-vm-robot-a');
    await world.until(state => find(state).plan?.steps.length === 1);
    await apply();
    await world.until(state => !find(state).drift);
  });

  it('lets one field stand: no alarm, no step of the next apply, and the field after it', async () => {
    await meddle({ memoryMiB: 256 });
    await world.until(state => find(state).drift && find(state).plan?.steps.length === 1);
    await anna().except({ ...MEMORY, untilMs: later(), reason: 'the vendor tries more' });
    const calm = world.gateway();
    assert.deepEqual([calm.drift, calm.drifted, calm.plan?.steps], [false, [], []]);
    assert.equal(calm.resources[VM], 'running');
    assert.deepEqual(
      calm.exceptions?.map(({ user, reason, value }) => [user, reason, value]),
      [['anna', 'the vendor tries more', 256]],
    );
    await meddle({ memoryMiB: 256, running: false });
    await world.until(state => find(state).plan?.steps.length === 1);
    assert.deepEqual(fields(), ['running']);
    await apply();
    await world.until(state => find(state).plan?.steps.length === 0 && !find(state).drift);
    const { resources } = await world.platform.observe('cell-7');
    assert.deepEqual(resources[VM]?.spec, { ...robotA.spec, memoryMiB: 256 });
    assert.ok(
      world.platform
        .audit()
        .some(
          ({ action, user, detail }) =>
            action === 'except' && user === 'anna' && detail.includes('the vendor tries more'),
        ),
    );
  });

  it('is drift again once the exception ends, also when an apply came in between', async () => {
    await meddle({ memoryMiB: 256, running: false });
    await world.until(state => find(state).drifted?.length === 2 && find(state).plan?.steps.length === 1);
    await anna().except({ ...MEMORY, untilMs: later(), reason: 'trial' });
    await apply();
    await world.until(state => find(state).plan?.steps.length === 0 && !find(state).drift);
    await anna().end(MEMORY);
    const again = world.gateway();
    assert.deepEqual([again.drift, fields(), again.resources[VM]], [true, ['memoryMiB'], 'drift']);
    assert.equal(again.plan?.steps.length, 1);
    assert.equal(toldDrift().at(-1), 1, 'and it is told');
    await meddle({ memoryMiB: 256, vcpus: 4 });
    await world.until(state => find(state).drifted?.length === 2);
    assert.deepEqual(new Set(fields()), new Set(['memoryMiB', 'vcpus']), 'beside what drifts after the apply');
    await world.until(state => find(state).plan?.steps[0]?.changes.length === 2);
    await apply();
    await world.until(state => !find(state).drift);
  });

  it('is drift again once the field is something else than what was let stand', async () => {
    await meddle({ memoryMiB: 256 });
    await world.until(state => find(state).drift && find(state).plan?.steps.length === 1);
    await anna().except({ ...MEMORY, untilMs: later(), reason: 'trial' });
    assert.deepEqual(toldDrift().at(-1), 0);
    await meddle({ memoryMiB: 512 });
    await world.until(state => find(state).drift);
    assert.deepEqual(toldDrift().at(-1), 1);
  });

  it('restores one field and leaves the others, which are drift still', async () => {
    await meddle({ memoryMiB: 256, vcpus: 4, running: false });
    await world.until(state => find(state).drifted?.length === 3 && find(state).plan?.steps.length === 1);
    const plan = await anna().planRestoring(MEMORY);
    assert.deepEqual(
      plan.steps.flatMap(({ changes }) => changes.map(({ field, to }) => [field, to])),
      [['memoryMiB', 112]],
    );
    assert.equal((await anna().restore(MEMORY, plan.hash)).outcome, 'applied');
    await world.until(state => find(state).drifted?.length === 2);
    assert.deepEqual(new Set(fields()), new Set(['vcpus', 'running']));
    const { resources } = await world.platform.observe('cell-7');
    assert.deepEqual(resources[VM]?.spec, { ...robotA.spec, vcpus: 4, running: false });
    await world.until(state => find(state).plan?.steps.length === 1);
    await apply();
    await world.until(state => !find(state).drift && find(state).plan?.steps.length === 0);
  });

  it('does not restore one field by a plan that is stale, or what does not differ', async () => {
    await assert.rejects(anna().planRestoring(MEMORY), { code: 'GW_DRIFT_UNKNOWN' });
    await meddle({ memoryMiB: 256 });
    await world.until(state => find(state).drift);
    await assert.rejects(anna().restore(MEMORY, '0'.repeat(64)), { code: 'GW_PLAN_STALE' });
    assert.ok(world.gateway().drift);
  });

  it('keeps exceptions over a restart', async () => {
    await meddle({ memoryMiB: 256 });
    await world.until(state => find(state).drift);
    await anna().except({ ...MEMORY, untilMs: later(), reason: 'trial' });
    world = await world.restart();
    await world.deploy(designOf(SAMPLE));
    const back = find(await world.until(state => find(state).plan !== undefined));
    assert.deepEqual([back.drift, back.plan?.steps.length, back.exceptions?.length], [false, 0, 1]);
  });

  it('refuses what does not differ, and a date that has passed or lies too far ahead', async () => {
    const wish = { ...MEMORY, untilMs: later(), reason: 'trial' };
    await assert.rejects(anna().except(wish), { code: 'GW_DRIFT_UNKNOWN' });
    await assert.rejects(anna().end(MEMORY), { code: 'GW_DRIFT_UNKNOWN' });
    await meddle({ memoryMiB: 256 });
    await world.until(state => find(state).drift);
    await assert.rejects(anna().except({ ...wish, untilMs: Date.now() - 1 }), { code: 'GW_EXCEPTION_REFUSED' });
    await assert.rejects(anna().except({ ...wish, untilMs: Date.now() + 400 * 24 * HOUR_MS }), {
      code: 'GW_EXCEPTION_REFUSED',
    });
  });

  it('plans nothing while the file of exceptions cannot be read, and says so', async () => {
    await localHost.writeFile(join(world.folderOf('exceptions'), 'cell-7.json'), 'torn');
    await world.platform.refresh();
    assert.equal(world.gateway().plan, undefined);
    assert.equal(world.gateway().connected, true);
    assert.match(world.gateway().message, /does not hold exceptions; mend it, or remove it/);
  });

  describe('over HTTP', () => {
    let server: Server;
    let url = '';
    let allowed: readonly string[] = [];
    beforeEach(async () => {
      allowed = ['gatewright.plan', 'gatewright.apply'];
      const router = createRouter(world.platform, {
        needs: permission => (_request, response, next) =>
          allowed.includes(permission) ? next() : void response.status(401).end(),
        nodeTypes: [],
      });
      server = createServer(express().use(router)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await meddle({ memoryMiB: 256 });
      await world.until(state => find(state).drift);
    });
    afterEach(() => void server.close());
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json', 'x-gatewright': '1' };
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.text()) || '{}' };
    };
    const place = { gateway: 'cell-7', ...MEMORY };

    it('lets those who may apply except and end, and nobody else', async () => {
      const wish = { ...place, untilMs: later(), reason: 'trial' };
      assert.equal((await post('/drift/except', wish)).status, 200);
      assert.equal(world.gateway().drift, false);
      assert.equal((await post('/drift/end', place)).status, 200);
      assert.equal(world.gateway().drift, true);
      allowed = ['gatewright.plan'];
      assert.equal((await post('/drift/except', wish)).status, 401);
      assert.equal((await post('/drift/end', place)).status, 401);
    });

    it('refuses an exception without a reason, and other fields than it knows', async () => {
      const wish = { ...place, untilMs: later(), reason: ' ' };
      assert.match((await post('/drift/except', wish)).body, /say why/);
      assert.equal((await post('/drift/except', { ...wish, reason: 'trial', user: 'eve' })).status, 400);
      assert.equal(world.gateway().exceptions?.length ?? 0, 0);
    });

    it('says why what is cannot be taken over', async () => {
      const answer = await post('/drift/adopt', { ...place, flow: [] });
      assert.equal(answer.status, 422);
      assert.match(answer.body, /is not drawn; draw it/);
      assert.equal((await post('/drift/adopt', { ...place, field: 'vcpus', flow: [] })).status, 409);
    });
  });
});

describe('the drift of a gateway', () => {
  it('is told again when the time of an exception has come', async () => {
    let now = 1_000;
    const memory = 'memoryMiB';
    const exception = DriftException.parse({
      ...{ gateway: 'cell-7', address: VM, field: memory, value: 256, user: 'anna', reason: 'trial' },
      ...{ atMs: 500, untilMs: 2_000 },
    });
    const exceptions = { read: async () => [exception], change: async () => {} };
    const drift = new LinkDrift('cell-7', { exceptions, now: () => now });
    const steps = planFor(
      [...SAMPLE.filter(one => one !== robotA), { ...robotA, spec: { ...robotA.spec, memoryMiB: 256 } }],
      SAMPLE,
    ).steps;
    assert.equal(drift.news(steps, undefined, 1), undefined, 'not before it is known what may stand');
    await drift.renew();
    assert.equal(drift.news(steps, undefined, 1), undefined);
    assert.equal(await drift.turned(), false);
    now = 2_000;
    assert.equal(await drift.turned(), true);
    const told = drift.news(steps, undefined, 1);
    assert.ok(told?.type === 'drift' && told.steps.length === 1);
    assert.deepEqual(
      drift.sight(steps, undefined).drifted.map(({ field }) => field),
      [memory],
    );
  });

  it('keeps exceptions in a file that holds nothing else', async () => {
    const texts = new Map<string, string>([['/x/cell-7.json', '{"version":1,"exceptions":[{"user":"eve"}]}']]);
    const host = {
      ...localHost,
      readFile: async (path: string) => texts.get(path),
      writeFile: async (path: string, text: string) => void texts.set(path, text),
    };
    const store = openExceptions(host, '/x');
    await assert.rejects(store.read('cell-7'), { code: 'GW_EXCEPTIONS_UNREADABLE' });
    assert.deepEqual(await store.read('cell-8'), []);
    await assert.rejects(
      store.change('cell-8', () => [exceptionAt({ field: 'x'.repeat(501) })]),
      {
        code: 'GW_EXCEPTION_REFUSED',
      },
    );
    assert.ok(!texts.has('/x/cell-8.json'), 'what could not be read again is not written');
  });

  it('has room for new exceptions when many have ended, and not when many are in force', () => {
    const many = (untilMs: number) =>
      Array.from({ length: 100 }, (_, place) => exceptionAt({ field: `f${place}`, untilMs: untilMs + place }));
    const added = [exceptionAt({ field: 'new' }), exceptionAt({ field: 'f99' })];
    const kept = adding(many(1_000), added, 2_000);
    assert.equal(kept.length, 100);
    assert.deepEqual([kept[0]?.field, ...kept.slice(-2).map(({ field }) => field)], ['f1', 'new', 'f99']);
    assert.equal(adding(many(3_000), added, 2_000).length, 101, 'which the store refuses');
    assert.equal(adding(many(1_000), [], 400 * 24 * HOUR_MS).length, 0, 'a year later');
  });
});

function exceptionAt(fields: Partial<DriftException>): DriftException {
  return {
    ...{ gateway: 'cell-7', address: VM, field: 'memoryMiB', user: 'anna', reason: 'trial' },
    ...{ atMs: 500, untilMs: 5_000, ...fields },
  };
}
