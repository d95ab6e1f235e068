// What sets two drawings apart, asked over HTTP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { createRouter } from '../../runtime/platform/router.ts';
import { reference, withFields } from '../cli/flows.ts';
import { sendJson } from '../server/call.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const single = reference('single-box');

describe('comparing drawings over HTTP', () => {
  let world: SimulatedPlatform;
  let server: Server;
  let url = '';
  let mayRead = true;
  before(async () => {
    world = await simulatedPlatform();
    const needs = () => (_request: express.Request, response: express.Response, next: express.NextFunction) =>
      mayRead ? next() : void response.status(401).end();
    server = createServer(express().use(createRouter(world.platform, { needs, nodeTypes: NODE_TYPES })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await world.remove();
  });
  const compare = (body: object) => sendJson(url, '/compare', body, { headers: { 'x-gatewright': '1' } });

  it('names the things that differ, and says nothing of where nodes are', async () => {
    const to = withFields(single, 'vm', { memoryMiB: 512, x: 7 });
    const { faulty, owners, resources } = JSON.parse((await compare({ from: single, to })).text);
    assert.deepEqual([faulty, owners], [false, []]);
    assert.deepEqual(
      resources.map(({ address, changes }: { address: string; changes: object }) => [address, changes]),
      [['vm.cabinet-1/line-logger', [{ field: 'memoryMiB', from: 128, to: 512 }]]],
    );
  });

  it('says that a drawing has errors, so that nobody takes the answer for all', async () => {
    const to = withFields(single, 'vm', { memoryMiB: -1 });
    assert.equal(JSON.parse((await compare({ from: single, to })).text).faulty, true);
  });

  it('is for those who may read, and takes two drawings and nothing else', async () => {
    assert.equal((await compare({ from: single })).status, 400);
    assert.equal((await compare({ from: [], to: [], more: 1 })).status, 400);
    mayRead = false;
    assert.equal((await compare({ from: [], to: [] })).status, 401);
  });
});
