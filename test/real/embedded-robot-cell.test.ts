// The reference drawing on the embedded back end: two gateways in one process, one with its guests in v86 and one in QEMU, and a
// switch of our own. The same questions as on a real box, asked at the consoles of the guests.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { embedded } from '../../runtime/drivers/embedded/driver.ts';
import { vswitch } from '../../runtime/drivers/vswitch/driver.ts';
import { createCables } from '../../runtime/host/cables.ts';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { HypervisorChoice } from '../../runtime/model/gateway.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { askGuest } from '../lab/guest-shell.ts';
import { standInForPlc } from '../lab/plc-station.ts';
import { drawn, emptied, GATEWAYS, type GatewayName } from './robot-cell-drawing.ts';

const HYPERVISORS: Readonly<Record<GatewayName, HypervisorChoice>> = { 'cell-7': 'v86', 'cell-8': 'qemu' };

describe('robot-cell on the embedded back end', function () {
  this.timeout(400_000).bail(true);
  const host: Host = { ...localHost, cables: createCables() };
  const designs = drawn(undefined, 'embedded');
  const agents = new Map<GatewayName, LocalAgent>();
  let folder = '';
  let settings: Readonly<Record<string, string>> = {};
  /** Requests that reached the PLC: who asks as whom, on which port. */
  const asked: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-embedded-'));
    settings = { ...(await embeddedSettings()), ...(await embeddedSettings('amd64')) };
    standInForPlc(host.cables, 'uplink.cell-7/plant', (source, port) => asked.push(`${source} ${port}`));
    for (const gateway of GATEWAYS) await start(gateway);
  });
  after(async () => {
    for (const agent of agents.values()) await agent.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(gateway: GatewayName): Promise<void> {
    const own = { stateDirectory: join(folder, gateway), settings: { ...settings, hypervisor: HYPERVISORS[gateway] } };
    const common = { backend: 'embedded' as const, driverSets: [vswitch, embedded], host, version: 'test' };
    agents.set(gateway, await createAgent({ gateway, ...own, ...common }));
  }

  async function apply(design: GatewayDesign): Promise<void> {
    const agent = agents.get(design.gateway.name as GatewayName) ?? assert.fail();
    const { hash } = await agent.plan(design);
    const result = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
    assert.equal(result.outcome, 'applied', result.message);
  }

  /** Types a command at a console and gives what it says, with its exit code at the end. */
  function type(vm: 'a7' | 'a8' | 'b7' | 'b8', command: string): Promise<string> {
    const gateway = `cell-${vm[1]}` as GatewayName;
    return askGuest(agents.get(gateway) ?? assert.fail(), `vm.${gateway}/${vm}`, command);
  }

  it('is planned without a finding and applied on both gateways', async () => {
    await Promise.all(GATEWAYS.map(gateway => apply(designs[gateway])));
    for (const gateway of GATEWAYS) {
      const agent = agents.get(gateway) ?? assert.fail();
      const { label, facts } = await agent.info();
      assert.equal(label, 'emulated');
      assert.equal(facts.find(({ kind }) => kind === 'vm')?.driver, HYPERVISORS[gateway]);
      assert.deepEqual((await agent.plan(designs[gateway])).steps, []);
      assert.deepEqual((await agent.drift())?.steps, []);
    }
  });

  it('makes each guest somebody: its name, its address, its segment’s largest packet', async () => {
    assert.match(await type('a7', 'hostname'), /^a7$/m);
    assert.match(await type('a7', 'ip addr show eth0'), /mtu 1450[\s\S]*inet 10\.0\.0\.7\/24/);
  });

  it('lets the VMs of one tenant reach each other through the tunnel between the gateways', async () => {
    assert.match(await type('a7', 'ping -c 3 -W 5 10.0.0.8'), / 0% packet loss[\s\S]*done-\w+-0/);
  });

  it('gives b8 its lease, and b7 reaches it', async () => {
    const own = /inet (10\.0\.0\.\d+)\//;
    let address: string | undefined;
    while (address === undefined) address = own.exec(await type('b8', 'sleep 1; ip addr show eth0'))?.[1]; // bounded by the test's time
    assert.match(await type('b7', `ping -c 3 -W 5 ${address}`), / 0% packet loss/);
  });

  it('keeps the tenants apart although they use the same addresses', async () => {
    const a8 = /link\/ether (\S+)/.exec(await type('a8', 'ip link show eth0'))?.[1];
    await type('b7', 'ping -c 2 -W 2 10.0.0.8');
    const neighbours = await type('b7', 'ip neigh');
    assert.ok(a8 !== undefined && !neighbours.includes(a8), neighbours);
  });

  it('lets vendor A reach the PLC on 502 and nothing else, from both gateways, and counts it', async () => {
    for (const vm of ['a7', 'a8'] as const) {
      await type(vm, 'echo | nc -w 3 192.168.50.10 502');
      await type(vm, 'echo | nc -w 3 192.168.50.10 503');
    }
    assert.ok(asked.includes('192.168.50.21 502'), asked.join(', '));
    assert.deepEqual(
      asked.filter(request => request.endsWith(' 503')),
      [],
    );
    const observed = await agents.get('cell-7')?.observe();
    const policy = Object.values(observed?.resources ?? {}).find(one => one.address === 'policy.cell-7/vendor-a');
    const counters = JSON.stringify(policy?.status);
    assert.match(counters, /"packets":[1-9]/);
  });

  it('goes on after a new start of the process as if nothing had been', async () => {
    for (const agent of agents.values()) await agent.close();
    for (const gateway of GATEWAYS) await start(gateway);
    for (const gateway of GATEWAYS) assert.deepEqual((await agents.get(gateway)?.plan(designs[gateway]))?.steps, []);
    assert.match(await type('a7', 'ping -c 3 -W 5 10.0.0.8'), / 0% packet loss/);
  });

  it('shows a VM that was switched off as drift, and apply switches it on', async () => {
    const agent = agents.get('cell-7') ?? assert.fail();
    await agent.power('vm.cell-7/a7', 'stop');
    const changes = (await agent.drift())?.steps.flatMap(step =>
      step.changes.map(change => [step.address, change.field]),
    );
    assert.deepEqual(changes, [['vm.cell-7/a7', 'running']]);
    await apply(designs['cell-7']);
    assert.match(await type('a7', 'ping -c 3 -W 5 10.0.0.8'), / 0% packet loss/);
  });

  it('leaves nothing when it is destroyed', async () => {
    for (const gateway of GATEWAYS) {
      await apply(emptied(designs[gateway]));
      assert.deepEqual((await agents.get(gateway)?.observe())?.resources, {});
    }
  });
});
