import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { waitingRoom } from '../../runtime/server/waiting-room.ts';
import { call } from './call.ts';

describe('a visitor who comes before the server has started', () => {
  it('is asked to come again, and served once it has', async () => {
    const waiting = waitingRoom();
    const app = express().use(waiting.handle, (_request, response) => void response.send('the editor'));
    const server = createServer(app).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const early = await call(url, {});
      assert.equal(early.status, 503);
      assert.equal(early.headers['retry-after'], '1');
      assert.match(early.text, /^Gatewright is starting\./);
      waiting.open();
      assert.deepEqual(await call(url, {}).then(({ status, text }) => ({ status, text })), {
        status: 200,
        text: 'the editor',
      });
    } finally {
      server.close();
    }
  });
});
