import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { PortSetup } from '../../../runtime/lanes/engine/setup.ts';
import { count, portIn, portOut, wires } from '../segment/graphs.ts';
import type { SocketOptions } from './socket-ports.ts';
import { accepted, carriesStream } from './stream.ts';
import { testModule, until, withEngine } from './world.ts';

const GRAPH = { nodes: [portIn('in'), count('seen'), portOut('out')], wires: wires('in seen', 'seen out') };

function socketPort(id: string, options: SocketOptions, node?: string, ...sends: string[]): PortSetup {
  const receives = node === undefined ? {} : { receives: { node, frameClass: 'bytes' as const, tenant: 1, port: 1 } };
  return { id, module: testModule('socket-ports'), options, ...receives, sends };
}

/** A unix socket that the lane's port connects to. */
async function listener(folder: string, name: string): Promise<{ readonly server: Server; readonly path: string }> {
  const [server, path] = [createServer({ pauseOnConnect: true }), join(folder, name)];
  server.listen(path);
  await once(server, 'listening');
  return { server, path };
}

describe('a port of plain TypeScript', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lanes-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('carries a stream through a lane byte by byte, and stops its sender while its receiver does not read', async () => {
    const engine = new LaneEngine();
    const [left, right] = [await listener(folder, 'left'), await listener(folder, 'right')];
    const sockets = accepted(left.server, right.server);
    try {
      await withEngine(engine, async () => {
        await engine.deploy({
          graph: GRAPH,
          ports: [
            socketPort('left', { path: left.path }, 'in'),
            socketPort('right', { path: right.path }, undefined, 'out'),
          ],
        });
        await carriesStream(engine, await sockets, 16 * 2 ** 20, 1 / 2);
      });
    } finally {
      for (const { server } of [left, right]) server.close();
    }
  });

  it('drops and counts what is sent to a peer that has gone', async () => {
    const engine = new LaneEngine();
    const { server, path } = await listener(folder, 'gone');
    const connected = once(server, 'connection');
    try {
      await withEngine(engine, async () => {
        await engine.deploy({ graph: GRAPH, ports: [socketPort('right', { path }, undefined, 'out')] });
        const [socket] = (await connected) as [Socket];
        socket.destroy();
        const injector = engine.injector('in');
        await until(() => {
          injector.put(Uint8Array.of(1));
          return (engine.figures('out')?.dropQueue ?? 0) > 0;
        });
        assert.equal(engine.crashes, 0);
      });
    } finally {
      server.close();
    }
  });

  it('carries datagrams one by one, and drops those that are too long', async () => {
    const engine = new LaneEngine();
    const peers = await Promise.all(
      ['a', 'b'].map(async () => {
        const socket = createSocket('udp4').bind(0, '127.0.0.1');
        await once(socket, 'listening');
        return { socket, hello: once(socket, 'message') };
      }),
    );
    const [a, b] = peers as [(typeof peers)[0], (typeof peers)[0]];
    try {
      await withEngine(engine, async () => {
        await engine.deploy({
          graph: GRAPH,
          ports: [
            socketPort('a', { peerPort: a.socket.address().port }, 'in'),
            socketPort('b', { peerPort: b.socket.address().port }, undefined, 'out'),
          ],
        });
        const [, lane] = await a.hello;
        await b.hello;
        const seen: string[] = [];
        b.socket.on('message', packet => seen.push(packet.toString()));
        for (const text of ['one', 'x'.repeat(3000), '', 'three']) a.socket.send(text, lane.port, lane.address);
        await until(() => seen.length === 3);
        assert.deepEqual(seen, ['one', '', 'three']);
        assert.equal(engine.entrance('in')?.entrance.dropped, 1);
      });
    } finally {
      for (const { socket } of peers) socket.close();
    }
  });
});
