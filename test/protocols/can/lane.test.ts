// CAN through a lane: two guests' serial lines, a firewall between them, in the lane's own thread.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { PortSetup } from '../../../runtime/lanes/engine/setup.ts';
import { readFrame } from '../../../runtime/protocols/can/frame.ts';
import { CanFirewall, lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { until, withEngine } from '../../lanes/engine/world.ts';
import { filter, portIn, portOut, tap, wires } from '../../lanes/segment/graphs.ts';

const MODULE = new URL('./slcan-ports.ts', import.meta.url).href;

const RULE = {
  id: 'low',
  ids: [{ first: 0, last: 0xff }],
  format: 'standard',
  remote: 'any',
  type: 'any',
  lengths: [],
};
const FIREWALL = CanFirewall.parse({ rules: [{ ...RULE, action: 'accept', log: false }], logDenied: false });

describe('CAN in a lane', () => {
  let folder = '';
  const servers: Server[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'can-lane-'));
  });
  after(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A guest's end of its line, and the port of the lane at the other one. */
  const guest = async (name: string, fd: boolean, node?: string, ...sends: string[]) => {
    const path = join(folder, name);
    const server = createServer({ pauseOnConnect: true }).listen(path);
    servers.push(server);
    await once(server, 'listening');
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const receives = node === undefined ? {} : { receives: { node, frameClass: 'can' as const, tenant: 1, port: 1 } };
    const setup: PortSetup = { id: name, module: MODULE, options: { path, fd }, ...receives, sends };
    return { setup, connected };
  };

  it('goes from guest to guest as the firewall says, answers commands, and is tapped', async () => {
    const [cell, press] = [await guest('cell', true, 'in'), await guest('press', false, undefined, 'out')];
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const graph = {
        nodes: [portIn('in'), filter('firewall', lowerCan(FIREWALL)), portOut('out'), tap('tap')],
        wires: wires('in firewall', 'firewall out', 'firewall tap'),
      };
      await engine.deploy({ graph, ports: [cell.setup, press.setup] });
      const [[from], [to]] = await Promise.all([cell.connected, press.connected]);
      let [answers, heard] = ['', ''];
      from.on('data', chunk => {
        answers += String(chunk);
      });
      to.on('data', chunk => {
        heard += String(chunk);
      });
      from.resume();
      to.resume();
      const tapped: number[] = [];
      engine.tap('tap', frames => void tapped.push(...frames.map(({ bytes }) => readFrame(bytes).id)));
      from.write('C\rS6\rO\rt0012AABB\rt1002AABB\rT000000010\rr0028\rd00390102030405060708090A0B0C\rt0FF0\rnonsense\r');
      await until(() => heard.includes('t0FF0\r') && answers.endsWith('\x07'));
      assert.equal(heard, 't0012AABB\rr0028\rt0FF0\r', 'FD is for nobody here');
      assert.equal(answers, `${'\r'.repeat(9)}\x07`);
      await until(() => tapped.length === 4 && engine.figures('out')?.rx === 4);
      assert.deepEqual(tapped, [1, 2, 3, 0xff]);
      const { rx, tx, dropFilter } = engine.figures('firewall') ?? {};
      assert.deepEqual([rx, tx, dropFilter], [6, 4, 2]);
      const out = engine.figures('out');
      assert.deepEqual([out?.rx, out?.tx, out?.dropQueue], [4, 3, 1], 'what a guest cannot take is counted');
      from.destroy();
      to.destroy();
    });
  });

  it('goes on for others while a guest does not read', async () => {
    const lines = await Promise.all([
      guest('a', false, 'in'),
      guest('deaf', false, undefined, 'deaf'),
      guest('b', false, undefined, 'out'),
    ]);
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const graph = { nodes: [portIn('in'), portOut('deaf'), portOut('out')], wires: wires('in deaf', 'in out') };
      await engine.deploy({ graph, ports: lines.map(({ setup }) => setup) });
      const [[from], , [to]] = (await Promise.all(lines.map(({ connected }) => connected))) as [
        [Socket],
        [Socket],
        [Socket],
      ];
      let heard = 0;
      to.on('data', chunk => {
        heard += chunk.length;
      });
      to.resume();
      from.on('data', () => {}).resume();
      const line = 't0018AABBCCDDEEFF0011\r';
      const sent = 40_000;
      // As much at a time as a lane takes: the sender is a bus, which waits for nobody either.
      for (let count = 0; count < sent; count += 100) {
        from.write(line.repeat(100));
        await until(() => heard === (count + 100) * line.length);
      }
      // Frames are counted when they were handed on, so a little after they are heard.
      await until(() => engine.figures('deaf')?.rx === sent && engine.figures('out')?.tx === sent);
      const { rx = 0, tx = 0, dropQueue = 0 } = engine.figures('deaf') ?? {};
      assert.deepEqual([rx, tx + dropQueue], [sent, sent]);
      assert.ok(dropQueue > 0, 'frames for the one that does not read were dropped');
      assert.deepEqual([engine.figures('out')?.tx, engine.figures('out')?.dropQueue], [sent, 0]);
      from.destroy();
      to.destroy();
      (await lines[1]?.connected)?.[0].destroy();
    });
  });
});
