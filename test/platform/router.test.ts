import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';
import { probe } from '../../runtime/hardware/probe.ts';
import { BoxProfile, emptyProfile } from '../../runtime/hardware/profile.ts';
import { localHost } from '../../runtime/host/local.ts';
import { integer } from '../../runtime/model/fields.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { createRouter, type Permission } from '../../runtime/platform/router.ts';
import { designOf, SAMPLE } from '../contract/samples.ts';
import { call, sendJson } from '../server/call.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const UNLUCKY = { code: 'GW_FIELD_INVALID', field: 'size', fact: 'size is 7', remedy: 'Write another one.' } as const;

const firewall: NodeType<{ size: number }> = {
  type: 'gatewright-firewall',
  version: 1,
  role: 'design',
  config: z.object({ size: integer(1, 9) }),
  faults: ({ size }) => (size === 7 ? [UNLUCKY] : []),
  defaults: { size: 1 },
  references: {},
  accepts: ['nic', 'segment'],
  passes: true,
  outputs: () => [],
};

describe('the router', () => {
  let world: SimulatedPlatform;
  let server: Server;
  let url = '';
  let allowed: readonly Permission[] = [];
  let logged: unknown[] = [];

  beforeEach(async () => {
    world = await simulatedPlatform();
    allowed = ['gatewright.read', 'gatewright.plan', 'gatewright.apply'];
    logged = [];
    const router = createRouter(world.platform, {
      needs: permission => (_request, response, next) =>
        allowed.includes(permission) ? next() : void response.status(401).end(),
      nodeTypes: [firewall],
      log: error => void logged.push(error),
    });
    server = createServer(express().use('/gatewright', router));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await world.deploy(designOf(SAMPLE));
  });
  afterEach(async () => {
    await new Promise(resolve => server.close(resolve));
    await world.remove();
  });

  const get = async (path: string) => JSON.parse((await call(url, { path: `/gatewright${path}` })).text);
  const post = (path: string, body: unknown, headers = {}) => sendJson(url, `/gatewright${path}`, body, { headers });
  const hash = () => world.gateway().plan?.hash ?? '';

  it('shows state, design, audit and the table of wires', async () => {
    const state: PlatformState = await get('/state');
    assert.equal(state.gateways[0]?.plan?.steps.length, SAMPLE.length);
    assert.deepEqual(Object.keys((await get('/design')).design.resources).length, SAMPLE.length);
    assert.equal((await get('/audit')).entries[0].action, 'deploy');
    assert.deepEqual(await get('/wire-rules'), {
      types: { 'gatewright-firewall': { accepts: ['nic', 'segment'], passes: true, role: 'design' } },
    });
  });

  it('lists what people did and what gateways told, and then only what is new', async () => {
    const first = await get('/events');
    assert.deepEqual([first.whole, first.events[0].kind, first.events[0].user], [true, 'deploy', 'anna']);
    assert.deepEqual((await get(`/events?run=${first.run}&after=${first.next}`)).events, []);
    await post('/apply', { gateway: 'cell-7', planHash: hash() });
    const news = await get(`/events?run=${first.run}&after=${first.next}`);
    const kinds = news.events.map(({ kind }: { kind: string }) => kind);
    assert.deepEqual([news.whole, kinds.includes('apply'), kinds.includes('apply-ended')], [false, true, true]);
    assert.equal((await call(url, { path: '/gatewright/events?after=-1' })).status, 400);
    allowed = [];
    assert.equal((await call(url, { path: '/gatewright/events' })).status, 401);
  });

  it('foretells what going back would do, and what people would notice', async () => {
    const nothing = await call(url, { path: '/gatewright/way-back?gateway=cell-7' });
    assert.deepEqual([nothing.status, JSON.parse(nothing.text).code], [422, 'GW_NO_EARLIER_GENERATION']);
    await post('/apply', { gateway: 'cell-7', planHash: hash() });
    const { plan, notices } = await get('/way-back?gateway=cell-7');
    assert.deepEqual([plan.generation, plan.steps.length], [{ from: 1, to: 0 }, SAMPLE.length]);
    assert.ok(notices.some(({ lasting }: { lasting?: true }) => lasting === true));
    assert.equal(world.gateway().generation, 1, 'and nothing went back');
  });

  it('answers why rules say what they say, and refuses what is no question', async () => {
    const asked = await post('/explain/packet', { gateway: 'cell-7', packet: 'tcp 10.0.0.7' });
    assert.deepEqual([asked.status, JSON.parse(asked.text).code], [422, 'GW_PACKET_UNREADABLE']);
    const frame = { line: 'line.cell-7/none', end: 'vm.cell-7/none', direction: 'in', frame: '0103' };
    const nowhere = await post('/explain/frame', frame);
    assert.deepEqual([nowhere.status, JSON.parse(nowhere.text).code], [422, 'GW_RULES_NOWHERE']);
    assert.equal((await post('/explain/frame', { ...frame, direction: 'up' })).status, 400);
    allowed = [];
    assert.equal((await post('/explain/frame', frame)).status, 401);
  });

  it('says what is wrong with the fields of a form, in the words of the compiler', async () => {
    const faults = async (fields: object) => {
      const answer = await post('/field-faults', { type: 'gatewright-firewall', fields });
      return JSON.parse(answer.text).faults;
    };
    assert.deepEqual(await faults({}), [], 'what is not said has its default');
    assert.deepEqual(await faults({ size: '7' }), [UNLUCKY]);
    assert.deepEqual(await faults({ size: 12 }), [
      { ...UNLUCKY, fact: 'size is 12, which is too much', remedy: 'Write a whole number of at most 9.' },
    ]);
    for (const wrong of [{ type: 'gatewright-castle', fields: {} }, { type: 'gatewright-firewall' }]) {
      const answer = await post('/field-faults', wrong);
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, 'GW_REQUEST_INVALID']);
    }
    allowed = [];
    assert.equal((await post('/field-faults', { type: 'gatewright-firewall', fields: {} })).status, 401);
  });

  it('says what is wrong with a drawing before anybody deploys it, and deploys nothing', async () => {
    const { revision } = world.platform.state();
    const firewall = { id: 'f', type: 'gatewright-firewall', z: 'tab', version: 1, name: 'f', size: 12, wires: [] };
    const answer = await post('/findings', { flow: [{ id: 'tab', type: 'tab' }, firewall] });
    const { diagnostics } = JSON.parse(answer.text);
    assert.equal(answer.status, 200);
    assert.ok(
      diagnostics.some((each: { source: { node: string } }) => each.source.node === 'f'),
      answer.text,
    );
    assert.deepEqual(JSON.parse((await post('/findings', { flow: [] })).text), { diagnostics: [] });
    assert.equal(world.platform.state().revision, revision);
    for (const wrong of [{}, { flow: 'x' }, { flow: [], more: 1 }])
      assert.equal((await post('/findings', wrong)).status, 400);
    allowed = [];
    assert.equal((await post('/findings', { flow: [] })).status, 401);
  });

  it('plans, applies, rolls back and cancels', async () => {
    const planned = await post('/plan', {});
    assert.equal(planned.status, 200);
    const applied = await post('/apply', { gateway: 'cell-7', planHash: hash() });
    assert.deepEqual([applied.status, JSON.parse(applied.text).outcome], [200, 'applied']);
    assert.equal((await post('/cancel', { gateway: 'cell-7' })).status, 200);
    const audit = world.platform.audit().map(({ user, action }) => `${user} ${action}`);
    assert.deepEqual(audit, ['anna deploy', 'local apply', 'local apply', 'local cancel']);
  });

  it('refuses a stale plan with code, message and remedy', async () => {
    const answer = await post('/apply', { gateway: 'cell-7', planHash: '0'.repeat(64) });
    assert.equal(answer.status, 409);
    const body = JSON.parse(answer.text);
    assert.equal(body.code, 'GW_PLAN_STALE');
    assert.ok(body.message.length > 0 && body.remedy.length > 0);
  });

  for (const [path, body, status, code] of [
    ['/plan', { gateway: 'cell-9' }, 404, 'GW_GATEWAY_UNKNOWN'],
    ['/rollback', { gateway: 'cell-7' }, 422, 'GW_NO_EARLIER_GENERATION'],
    ['/plan', { gateway: '../etc' }, 400, 'GW_REQUEST_INVALID'],
    ['/plan', { gateway: 'cell-7', more: 1 }, 400, 'GW_REQUEST_INVALID'],
    ['/apply', { gateway: 'cell-7' }, 400, 'GW_REQUEST_INVALID'],
    ['/apply', { gateway: 'cell-7', planHash: 'x' }, 400, 'GW_REQUEST_INVALID'],
    ['/apply', [], 400, 'GW_REQUEST_INVALID'],
    ['/cancel', {}, 400, 'GW_REQUEST_INVALID'],
    ['/nothing', {}, 404, 'GW_REQUEST_INVALID'],
  ] as const)
    it(`answers POST ${path} ${JSON.stringify(body)} with ${status} ${code}`, async () => {
      const answer = await post(path, body);
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], answer.text);
      assert.deepEqual(logged, []);
    });

  for (const body of ['{"gateway":', '"x"', 'null', '{"__proto__":{"gateway":"cell-7"}}'])
    it(`refuses the body ${body}`, async () => {
      const headers = { 'content-type': 'application/json', 'x-gatewright': '1' };
      const answer = await call(url, { method: 'POST', path: '/gatewright/apply', headers, body });
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, 'GW_REQUEST_INVALID']);
    });

  it('refuses a body that is too large, announced or not', async () => {
    const headers = { 'content-type': 'application/json', 'x-gatewright': '1' };
    const large = JSON.stringify({ gateway: 'x'.repeat(20_000) });
    for (const body of [large, [large]]) {
      const answer = await call(url, { method: 'POST', path: '/gatewright/apply', headers, body });
      assert.equal(JSON.parse(answer.text).code, 'GW_REQUEST_INVALID');
      assert.equal(answer.status, typeof body === 'string' ? 400 : 413);
    }
  });

  it('refuses what a form on another page could send', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-gatewright': '1' };
    const body = 'gateway=cell-7';
    assert.equal((await call(url, { method: 'POST', path: '/gatewright/cancel', headers: form, body })).status, 400);
    const foreign = { 'content-type': 'application/json', origin: 'http://evil.example' };
    const json = JSON.stringify({ gateway: 'cell-7' });
    const answer = await call(url, { method: 'POST', path: '/gatewright/cancel', headers: foreign, body: json });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [403, 'GW_FORBIDDEN']);
    const own = { ...foreign, origin: url };
    assert.equal(
      (await call(url, { method: 'POST', path: '/gatewright/cancel', headers: own, body: json })).status,
      200,
    );
  });

  it('shows what is on a gateway now, and says which gateway it does not know', async () => {
    assert.equal((await post('/apply', { gateway: 'cell-7', planHash: hash() })).status, 200);
    const { resources } = await get('/observed?gateway=cell-7');
    assert.deepEqual(Object.keys(resources).sort(), SAMPLE.map(({ address }) => address).sort());
    assert.equal((await get('/observed?gateway=cell-9')).code, 'GW_GATEWAY_UNKNOWN');
    assert.equal((await get('/observed')).code, 'GW_REQUEST_INVALID');
  });

  it('tells what the box of a gateway has', async () => {
    const { profile } = await get('/profile?gateway=cell-7');
    assert.deepEqual(BoxProfile.parse(profile), await probe(localHost));
    assert.equal((await get('/profile?gateway=cell-9')).code, 'GW_GATEWAY_UNKNOWN');
  });

  it('makes a profile of any description of a box, and says what is wrong with it', async () => {
    const text =
      'Slot:\t0000:00:1f.6\nClass:\tEthernet controller [0200]\nVendor:\tIntel Corporation [8086]\nDevice:\tI219 [15bc]\n';
    const described = JSON.parse((await post('/profile', { text })).text);
    assert.equal(described.form, 'lspci');
    assert.deepEqual(
      BoxProfile.parse(described.profile).pciDevices.map(({ address }) => address),
      ['0000:00:1f.6'],
    );
    const twice = {
      label: 'lan-1',
      kind: 'ethernet',
      address: {},
      evidence: { '*': { confidence: 'user', source: 'x' } },
    };
    const own = { ...emptyProfile(), ports: [twice, twice] };
    const { form, findings } = JSON.parse((await post('/profile', { text: JSON.stringify(own) })).text);
    assert.equal(form, 'profile');
    assert.ok(findings.some(({ code }: { code: string }) => code === 'GW_PROFILE_LABEL_TWICE'));
    const refused = await post('/profile', { text: 'a poem' });
    assert.deepEqual([refused.status, JSON.parse(refused.text).code], [422, 'GW_PROFILE_FORM']);
  });

  it('takes a description as large as a box needs, and no larger', async () => {
    const text = ' '.repeat(4 * 1024 * 1024);
    assert.equal(JSON.parse((await post('/profile', { text })).text).code, 'GW_PROFILE_FORM');
    assert.equal(JSON.parse((await post('/profile', { text: `${text} ` })).text).code, 'GW_PROFILE_TOO_LARGE');
    const more = await post('/profile', { text: ' '.repeat(5 * 1024 * 1024) });
    assert.deepEqual([more.status, JSON.parse(more.text).code], [400, 'GW_REQUEST_INVALID']);
  });

  it('asks for the right permission on every route', async () => {
    allowed = ['gatewright.read'];
    assert.equal((await call(url, { path: '/gatewright/state' })).status, 200);
    for (const path of ['/plan', '/profile']) assert.equal((await post(path, {})).status, 401);
    allowed = ['gatewright.read', 'gatewright.plan'];
    assert.equal((await post('/plan', {})).status, 200);
    for (const path of ['/apply', '/cancel', '/rollback'])
      assert.equal((await post(path, { gateway: 'cell-7', planHash: hash() })).status, 401);
    allowed = [];
    for (const path of [
      '/state',
      '/design',
      '/audit',
      '/wire-rules',
      '/observed?gateway=cell-7',
      '/profile?gateway=cell-7',
    ])
      assert.equal((await call(url, { path: `/gatewright${path}` })).status, 401);
    assert.equal(world.gateway().generation, 0);
  });

  it('keeps an error of its own to itself', async () => {
    await world.platform.close();
    const broken = createRouter(
      { ...portOf(world), refresh: () => Promise.reject(new Error('secret path /var/lib/x')) },
      { needs: () => (_request, _response, next) => next(), nodeTypes: [], log: error => void logged.push(error) },
    );
    server.removeAllListeners('request').on('request', express().use('/gatewright', broken));
    const answer = await post('/plan', {});
    assert.equal(answer.status, 500);
    assert.equal(JSON.parse(answer.text).code, 'GW_BUG');
    assert.ok(!answer.text.includes('secret path'));
    assert.equal(logged.length, 1);
  });
});

/** The platform's port as a plain object, to change one method of it. */
function portOf({ platform }: SimulatedPlatform) {
  return {
    load: platform.load.bind(platform),
    state: platform.state.bind(platform),
    design: platform.design.bind(platform),
    nodeState: platform.nodeState.bind(platform),
    refresh: platform.refresh.bind(platform),
    attestation: platform.attestation.bind(platform),
    apply: platform.apply.bind(platform),
    cancel: platform.cancel.bind(platform),
    rollback: platform.rollback.bind(platform),
    wayBack: platform.wayBack.bind(platform),
    console: platform.console.bind(platform),
    power: platform.power.bind(platform),
    ask: platform.ask.bind(platform),
    tap: platform.tap.bind(platform),
    traffic: platform.traffic.bind(platform),
    conversations: platform.conversations.bind(platform),
    tapPort: platform.tapPort.bind(platform),
    observe: platform.observe.bind(platform),
    probe: platform.probe.bind(platform),
    excepting: platform.excepting.bind(platform),
    sightOf: platform.sightOf.bind(platform),
    audit: platform.audit.bind(platform),
    onState: platform.onState.bind(platform),
    onEvent: platform.onEvent.bind(platform),
    close: platform.close.bind(platform),
  };
}
