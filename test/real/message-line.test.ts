// One line of MQTT for two tenants, drawn, on an embedded gateway with real guests and a real broker: each tenant has topics of its
// own, speaks JSON at its serial port, and neither it nor anybody who looks sees what the gateway logs in with.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { SecretStore } from '../../runtime/host/secret-store.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import type { LineFigures } from '../../runtime/model/line-figures.ts';
import { mqttWords } from '../../runtime/protocols/mqtt/words.ts';
import { flowText } from '../../scripts/golden.ts';
import { type EmbeddedAgent, openEmbeddedAgent } from '../lab/embedded-agent.ts';
import { askGuest } from '../lab/guest-shell.ts';
import { type Broker, startBroker } from '../protocols/mqtt/broker.ts';
import { testLinks, until } from '../protocols/mqtt/links.ts';

const GATEWAY = 'substation-1';
const LINE = `line.${GATEWAY}/meters` as const;
const SECRET = 'hunter2-and-more';
/** What the drawing with a Modbus line has between the box and the VMs. */
const LEFT_OUT = ['gatewright-hardware', 'gatewright-firewall'];

/** Two tenants at a broker in place of a serial line. */
function drawn(port: number): GatewayDesign {
  const login = { host: '127.0.0.1', port, tls: false, clientId: GATEWAY, username: GATEWAY, password: 'plant-broker' };
  const topics = {
    subscriptions: [{ filter: 'to/{tenant}/#', qos: 1 }],
    publish: [{ filter: 'from/{tenant}/{vm}', qos: 1, retain: false }],
  };
  const bus = {
    protocol: 'mqtt',
    settings: { ...login, ...topics },
    messages: 'write',
    wires: [['vmReader', 'vmTapChanger']],
  };
  const nodes: readonly Record<string, unknown>[] = JSON.parse(flowText('smart-meter'));
  const flow = nodes
    .filter(({ type }) => !LEFT_OUT.includes(String(type)))
    .map(node => ({
      ...node,
      ...(node.type === 'gatewright-gateway' ? { backend: 'embedded', hypervisor: 'v86' } : {}),
      ...(node.type === 'gatewright-bus' ? bus : {}),
    }));
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  return designFor(design, GATEWAY) ?? assert.fail();
}

describe('one line of MQTT for two tenants, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  const { link, close } = testLinks();
  let broker: Broker;
  let embedded: EmbeddedAgent;
  let agent: LocalAgent;

  before(async () => {
    broker = await startBroker({ login: [GATEWAY, SECRET], access: [`user ${GATEWAY}`, 'topic readwrite #'] });
    embedded = await openEmbeddedAgent(GATEWAY);
    agent = embedded.agent;
  });
  after(async () => {
    await close();
    await embedded?.close();
    await broker?.close();
  });

  const shell = (vm: 'reader' | 'tap-changer', command: string) => askGuest(agent, `vm.${GATEWAY}/${vm}`, command);
  const figures = async () => (await agent.observe()).resources[LINE]?.status as unknown as LineFigures;
  const inOf = async (vm: string) => (await figures()).ends.find(({ end }) => end === `vm.${GATEWAY}/${vm}`)?.in;
  const cloud = () =>
    link({
      ...{ port: broker.port, username: GATEWAY, password: 'p', secrets: { p: SECRET } },
      subscriptions: [{ filter: 'from/#' }],
    });

  it('is applied, and waits for its secret', async () => {
    await embedded.apply(drawn(broker.port));
    while (!/there is no secret "plant-broker"/.test((await figures()).why ?? ''));
    await new SecretStore(embedded.folder).set('plant-broker', SECRET);
    while ((await figures()).state !== 'open');
    for (const vm of ['reader', 'tap-changer'] as const)
      await shell(vm, 'stty raw -echo -F /dev/ttyS1; exec 3<>/dev/ttyS1');
  });

  it('tells each guest what is for its tenant', async () => {
    const far = cloud();
    await far.open();
    await far.send('to/billing/tariff', 'night');
    await far.send('to/grid/tap', 'seven');
    assert.match(await shell('reader', 'head -n 1 <&3'), /"topic":"to\/billing\/tariff","payload":"bmlnaHQ="/);
    assert.match(await shell('tap-changer', 'head -n 1 <&3'), /"topic":"to\/grid\/tap","payload":"c2V2ZW4="/);
  });

  it('publishes what a guest may say, and counts what it may not', async () => {
    const far = cloud();
    await far.open();
    const said = (topic: string) => `echo '{"topic":"${topic}","payload":"aGk="}' >&3`;
    await shell('reader', `${said('from/grid/tap-changer')}; echo no JSON >&3; ${said('from/billing/reader')}`);
    await until(() => far.got.length === 1);
    assert.deepEqual([far.got[0]?.topic, far.texts()], ['from/billing/reader', ['hi']]);
    const { denied, malformed, frames } = (await inOf('reader')) ?? assert.fail();
    assert.deepEqual({ denied, malformed, frames }, { denied: 1, malformed: 1, frames: 3 });
    const { request } = mqttWords.question({ topic: 'from/billing/reader', payload: 'by the flow' });
    await agent.ask(LINE, request);
    await until(() => far.got.length === 2);
  });

  it('takes no echo of a terminal for something that the guest says', async () => {
    const far = cloud();
    await far.open();
    await shell('reader', 'stty sane -F /dev/ttyS1');
    await far.send('to/billing/tariff', 'day');
    while ((await inOf('reader'))?.malformed === 1);
    await shell('reader', 'stty raw -echo -F /dev/ttyS1');
    assert.equal((await inOf('reader'))?.denied, 1);
    assert.equal(far.got.length, 0);
  });

  it('shows its secret to nobody', async () => {
    const seen = JSON.stringify([await agent.observe(), await agent.drift(), drawn(broker.port)]);
    assert.ok(seen.includes('plant-broker'));
    assert.ok(!seen.includes(SECRET));
    assert.equal((await agent.drift())?.steps.length, 0);
  });
});
