// What the editor asks of drawings that others have made, over HTTP.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { formatFlow } from '../../runtime/convert/format-flow.ts';
import { createRouter, type Permission } from '../../runtime/platform/router.ts';
import { flowText, foreignText } from '../../scripts/golden.ts';
import { converted } from '../convert/converted.ts';
import { call, sendJson } from '../server/call.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const ROBOT = readFileSync(new URL('../convert/domains/robot.xml', import.meta.url), 'utf8');

describe('drawings of others over HTTP', () => {
  let world: SimulatedPlatform;
  let server: Server;
  let url = '';
  let allowed: readonly Permission[] = [];

  before(async () => {
    world = await simulatedPlatform();
    const router = createRouter(world.platform, {
      needs: permission => (_request, response, next) =>
        allowed.includes(permission) ? next() : void response.status(401).end(),
      nodeTypes: NODE_TYPES,
    });
    server = createServer(express().use('/gatewright', router));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    allowed = ['gatewright.read'];
  });
  after(async () => {
    await new Promise(resolve => server.close(resolve));
    await world.remove();
  });

  const post = (path: string, body: unknown) => sendJson(url, `/gatewright${path}`, body);
  const answer = async (path: string, body: unknown) => JSON.parse((await post(path, body)).text);

  it('tell which node types a conversion begins with', async () => {
    const { types } = JSON.parse((await call(url, { path: '/gatewright/foreign-types' })).text);
    assert.equal(types['modbus-read'], 'node-red-contrib-modbus');
    assert.equal(types['mqtt-broker'], undefined);
  });

  it('are converted as on the command line', async () => {
    const flow = JSON.parse(foreignText('heat-pump-tcp'));
    const { report, added, wires } = converted(flow);
    assert.deepEqual(await answer('/convert', { flow }), { report, added, wires });
  });

  it('are imported beside what is drawn', async () => {
    const flow = JSON.parse(flowText('single-box'));
    const { report, added } = await answer('/import-domain', { xml: ROBOT, flow });
    assert.equal(report.gateway, 'cabinet-1');
    assert.equal(added[0].type, 'tab');
    const cells = JSON.parse(flowText('robot-cell'));
    const other = await answer('/import-domain', { xml: ROBOT, flow: cells, gateway: 'cell-8' });
    assert.equal(other.report.gateway, 'cell-8');
  });

  it('are written as on the command line', async () => {
    const flow = JSON.parse(flowText('robot-cell'));
    assert.equal((await answer('/format', { flow: flow.toReversed() })).text.length, formatFlow(flow).length);
    assert.equal((await answer('/format', { flow })).text, formatFlow(flow));
  });

  it('are refused with a code and words when they are none', async () => {
    const refused = await post('/import-domain', { xml: '<!DOCTYPE d><domain/>', flow: [] });
    assert.deepEqual([refused.status, JSON.parse(refused.text).code], [422, 'GW_DOMAIN_FORM']);
    const twice = await post('/convert', {
      flow: [
        { id: 'a', type: 'b' },
        { id: 'a', type: 'b' },
      ],
    });
    assert.deepEqual([twice.status, JSON.parse(twice.text).code], [422, 'GW_FLOW_ID_TWICE']);
    assert.equal((await post('/format', { flow: 'text' })).status, 400);
  });

  it('are for those who may read, and not for other pages', async () => {
    const paths = ['/convert', '/import-domain', '/format'];
    for (const path of paths) {
      const headers = { 'content-type': 'application/json', origin: 'https://elsewhere.example' };
      const sent = await call(url, { method: 'POST', path: `/gatewright${path}`, body: '{"flow":[]}', headers });
      assert.equal(sent.status, 403, path);
    }
    allowed = [];
    for (const path of paths) assert.equal((await post(path, { flow: [] })).status, 401, path);
  });
});
