// Learning the rules of a network's firewall over HTTP, from a gateway of the embedded back end: from what two stations say to what
// passes once the learned rules are applied.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { vswitch } from '../../runtime/drivers/vswitch/driver.ts';
import { createCables } from '../../runtime/host/cables.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { PolicySpec, Rule } from '../../runtime/model/kinds/policy.ts';
import type { Learned } from '../../runtime/model/learned.ts';
import { createRouter } from '../../runtime/platform/router.ts';
import { until } from '../contract/driver-case.ts';
import { cellA, designOf, resource, robotPort, withSpec } from '../contract/samples.ts';
import { ipFrame } from '../drivers/nftables/frame.ts';
import { sendJson } from '../server/call.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

const [ROBOT, PLC] = ['02:00:00:00:00:07', '02:00:00:00:00:08'];
const local = withSpec(cellA, { mode: 'local' });
const robot = withSpec(robotPort, { ips: [] });
const plc = resource('port', 'plc.eth0', { ...robot.spec, vm: 'plc', mac: PLC }, [cellA.address]);

function drawn(rules: readonly Rule[]) {
  const link = { firewall: 'cell-guard', segment: local.address, port: plc.address, outbound: 'from-port' as const };
  const spec: PolicySpec = {
    ...{ tenant: local.spec.tenant, bindings: [], bridgeNetfilter: true },
    links: [{ ...link, rules: [...rules] }],
  };
  const policy = resource('policy', local.spec.tenant, spec, [cellA.address]);
  const design = designOf([local, robot, plc, policy]);
  return { ...design, gateway: { ...design.gateway, backend: 'embedded' as const } };
}

const POLICY = 'policy.cell-7/vendor-a';

describe('the firewall of an embedded network, learned over HTTP', () => {
  const cables = createCables();
  let world: SimulatedPlatform;
  let server: Server;
  let url = '';
  let mayRead = true;
  const got: Uint8Array[] = [];
  before(async () => {
    const embedded = { backend: 'embedded', driverSets: [vswitch], host: { ...localHost, cables } } as const;
    world = await simulatedPlatform({}, undefined, () => embedded);
    const needs = () => (_request: express.Request, response: express.Response, next: express.NextFunction) =>
      mayRead ? next() : void response.status(401).end();
    server = createServer(express().use(createRouter(world.platform, { needs, nodeTypes: NODE_TYPES })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await apply([]);
    cables.plug(plc.address, 'station', frame => void got.push(new Uint8Array(frame)));
  });
  after(async () => {
    server.close();
    await world.remove();
  });

  async function apply(rules: readonly Rule[]): Promise<void> {
    await world.deploy(drawn(rules));
    const planHash = world.gateway().plan?.hash ?? assert.fail(world.gateway().message);
    const { outcome, message } = await world.platform.apply({ gateway: 'cell-7', planHash, onFailure: 'stop' }, 'anna');
    assert.equal(outcome, 'applied', message);
  }
  const post = async (path: string, body: object) => {
    const { status, text } = await sendJson(url, path, body);
    return { status, body: JSON.parse(text || '{}') };
  };
  const start = async (refused: boolean): Promise<string> =>
    (await post('/learn/start', { policy: POLICY, firewall: 'cell-guard', refused, seconds: 60 })).body.id;
  const look = async (id: string): Promise<Learned> => (await post('/learn/look', { id })).body;
  const robotEnd = cables.plug(robot.address, 'station', () => {});
  /** The robot says something to the PLC. @returns whether it arrived */
  function asks(destinationPort: number): boolean {
    const ends = { source: '10.0.0.7', destination: '10.0.0.8', sourcePort: 40_000, destinationPort };
    robotEnd.send(ipFrame({ sourceMac: ROBOT, targetMac: PLC }, { protocol: 'tcp', ...ends }));
    return got.splice(0).length > 0;
  }

  it('proposes what two stations said, and lets that pass once it is applied, and nothing else', async () => {
    const [all, passed] = [await start(true), await start(false)];
    assert.equal(asks(502), false);
    await until(async () => (await look(all)).rules.length > 0, 'a rule');
    const { of, protocol, state, taken, rules } = (await post('/learn/stop', { id: all })).body as Learned;
    assert.deepEqual([of, protocol, state, taken], [POLICY, 'ip', 'done', 1]);
    assert.deepEqual((await look(passed)).rules, [], 'what was refused, only where it is asked for');
    await apply(rules.map(({ rule }) => rule as Rule));
    assert.deepEqual([asks(502), asks(503)], [true, false]);
    await until(async () => (await look(passed)).taken > 0, 'what passed');
    assert.deepEqual((await post('/learn/stop', { id: passed })).body.rules, [{ rule: rules[0]?.rule, frames: 1 }]);
  });

  it('is for those who may read, of a firewall that is there, and takes nothing else', async () => {
    const order = { policy: POLICY, firewall: 'cell-guard', seconds: 1 };
    assert.equal((await post('/learn/start', { ...order, firewall: 'other' })).body.code, 'GW_RULES_NOWHERE');
    assert.equal((await post('/learn/start', { ...order, line: 'line.cell-7/meters' })).status, 400);
    assert.equal((await post('/learn/start', { ...order, seconds: 0 })).status, 400);
    mayRead = false;
    assert.equal((await post('/learn/start', order)).status, 401);
  });
});
