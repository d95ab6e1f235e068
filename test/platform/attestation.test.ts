// Attestation over HTTP, and what the audit and the state of a gateway have of it.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { DriverSet } from '../../runtime/host/driver-set.ts';
import type { Attestation, AttestationStatus } from '../../runtime/model/attestation.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import { createRouter, type Permission } from '../../runtime/platform/router.ts';
import { boxGate, designOf } from '../contract/samples.ts';
import { call, sendJson } from '../server/call.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const TOKEN = 'ab'.repeat(32);
const KEY = '000b'.concat('cd'.repeat(32));

describe('attestation over HTTP', () => {
  let world: SimulatedPlatform;
  let server: Server;
  let url = '';
  let allowed: readonly Permission[] = [];
  let asked: unknown[] = [];
  let trusted = false;

  /** A desk that notes what it is asked, in place of one with a TPM. */
  const desk = (status: () => Promise<AttestationStatus>, look: () => Promise<void>): Attestation => ({
    status,
    async invite(...what) {
      asked.push(['invite', ...what]);
      return TOKEN;
    },
    async enrol(...what) {
      asked.push(['enrol', ...what]);
    },
    async approve(...what) {
      throw new GatewrightError('GW_ATTEST_ENROLMENT', `no key ${what[1]} waits; look at the status`);
    },
    async learn(...what) {
      asked.push(['learn', ...what]);
    },
    async ask() {
      await look();
    },
    history: async (_machine, most) => [{ number: most, text: '{}' }],
  });

  function withDesk(): DriverSet {
    const { drivers, ...set } = createMemory({ trust: () => trusted });
    const attesting = drivers.map(driver => ({
      ...driver,
      async connect(own: Parameters<typeof driver.connect>[0]) {
        const { facts, handle } = await driver.connect(own);
        const { attestation } = handle;
        if (attestation === undefined) return { facts, handle };
        const attests = desk(attestation.status, () => attestation.ask('host'));
        return { facts, handle: { ...handle, attestation: attests } };
      },
    }));
    return { ...set, drivers: attesting };
  }

  beforeEach(async () => {
    [allowed, asked, trusted] = [['gatewright.read', 'gatewright.plan', 'gatewright.apply'], [], false];
    world = await simulatedPlatform({}, undefined, () => ({ driverSets: [withDesk()] }));
    const router = createRouter(world.platform, {
      needs: permission => (_request, response, next) =>
        allowed.includes(permission) ? next() : void response.status(401).end(),
      nodeTypes: [],
      log: error => assert.fail(String(error)),
    });
    server = createServer(express().use('/gatewright', router));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await world.deploy(designOf([boxGate]));
    await world.platform.apply(
      { gateway: 'cell-7', planHash: world.gateway().plan?.hash ?? '', onFailure: 'stop' },
      'anna',
    );
  });
  afterEach(async () => {
    await new Promise(resolve => server.close(resolve));
    await world.remove();
  });

  const get = (path: string) => call(url, { path: `/gatewright/attestation/${path}` });
  const post = (path: string, body: unknown) => sendJson(url, `/gatewright/attestation/${path}`, body);
  const notes = () => world.platform.audit().flatMap(({ action, detail }) => (action === 'attest' ? [detail] : []));

  it('shows how the gates of a gateway stand, and their history', async () => {
    const { gates } = JSON.parse((await get('cell-7')).text) as AttestationStatus;
    assert.deepEqual([gates[0]?.gate, gates[0]?.state, gates[0]?.openMs], [boxGate.address, 'never', 0]);
    const { records } = JSON.parse((await get('cell-7/history/host?most=7')).text);
    assert.deepEqual(records, [{ number: 7, text: '{}' }]);
    assert.equal(JSON.parse((await get('cell-7/history/vm.a')).text).records[0].number, 100);
  });

  it('has a machine asked, and tells the new standing in the state of the gateway', async () => {
    trusted = true;
    const { gates } = JSON.parse((await post('cell-7/ask', { machine: 'host' })).text) as AttestationStatus;
    assert.equal(gates[0]?.state, 'trusted');
    const told = await world.until(({ gateways }) => gateways[0]?.gates[0]?.state === 'trusted');
    assert.equal(told.gateways[0]?.gates[0]?.machine, 'host');
  });

  it('gives the token of an invitation once, and notes who invited, without the token', async () => {
    const answer = await post('cell-7/invite', { machine: 'vm.robot-a' });
    assert.deepEqual(JSON.parse(answer.text), { token: TOKEN });
    assert.equal((await post('cell-7/enrol', { machine: 'host', token: TOKEN })).status, 200);
    assert.equal((await post('cell-7/learn', { machine: 'host' })).status, 200);
    assert.deepEqual(asked, [
      ['invite', 'vm.robot-a', 'local'],
      ['enrol', 'host', TOKEN],
      ['learn', 'host', 'local'],
    ]);
    assert.deepEqual(notes(), ['invite vm.robot-a', 'enrol host', 'learn host']);
    assert.ok(!JSON.stringify(world.platform.audit()).includes(TOKEN));
  });

  it('notes what was refused, and why', async () => {
    const answer = await post('cell-7/approve', { machine: 'host', key: KEY });
    assert.equal(JSON.parse(answer.text).code, 'GW_ATTEST_ENROLMENT');
    assert.match(notes()[0] ?? '', /^approve key 000bcdcdcdcdcdcdcdcd of host refused: no key/);
  });

  it('lets nobody decide who may not apply, and nobody look who may not read', async () => {
    allowed = ['gatewright.read', 'gatewright.plan'];
    for (const [path, body] of [
      ['invite', { machine: 'host' }],
      ['enrol', { machine: 'host', token: TOKEN }],
      ['approve', { machine: 'host', key: KEY }],
      ['learn', { machine: 'host' }],
    ] as const)
      assert.equal((await post(`cell-7/${path}`, body)).status, 401, path);
    assert.equal((await post('cell-7/ask', { machine: 'host' })).status, 200);
    allowed = [];
    assert.equal((await get('cell-7')).status, 401);
    assert.equal((await get('cell-7/history/host')).status, 401);
    assert.deepEqual(asked, []);
  });

  it('refuses what names no machine, no gateway, no key and no token', async () => {
    for (const [path, body] of [
      ['cell-7/invite', { machine: 'vm.' }],
      ['cell-7/invite', { machine: 'host', by: 'somebody else' }],
      ['cell-7/enrol', { machine: 'host', token: 'short' }],
      ['cell-7/approve', { machine: 'host', key: 'no hex' }],
      ['CELL/ask', { machine: 'host' }],
    ] as const)
      assert.equal(JSON.parse((await post(path, body)).text).code, 'GW_REQUEST_INVALID', path);
    assert.equal(JSON.parse((await get('cell-9')).text).code, 'GW_GATEWAY_UNKNOWN');
    assert.equal(JSON.parse((await get('cell-7/history/host?most=0')).text).code, 'GW_REQUEST_INVALID');
    assert.deepEqual(asked, []);
  });

  it('knows how gates stand that were told of before it came', async () => {
    trusted = true;
    await world.platform.attestation('cell-7', 'anna').ask('host');
    const again = await world.restart();
    try {
      await again.deploy(designOf([boxGate]));
      const { gateways } = await again.until(state => state.gateways[0]?.gates.length === 1);
      assert.equal(gateways[0]?.gates[0]?.state, 'trusted');
    } finally {
      await again.platform.close();
    }
  });
});
