// The reference flow made real by two agents on two gateways: guests boot, talk and are kept apart; a rule is edited; what
// somebody breaks shows as drift and is repaired; all of it goes again. Emulated processors, real kernel.
import assert from 'node:assert/strict';
import { LIMITS } from '../../runtime/agent/options.ts';
import type { PolicyStatus } from '../../runtime/drivers/nftables/counters.ts';
import { deviceName } from '../../runtime/host/linux/device-name.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { busFigures, untilBusFindsGuests } from '../lab/bus.ts';
import { type FieldDevices, openFieldDevices } from '../lab/field-devices.ts';
import { driftAfter, fitsAfter } from './drift-probe.ts';
import {
  drawn,
  drawnLine,
  drawnWithPorts,
  emptied,
  type FlowNode,
  GATEWAYS,
  type GatewayName,
} from './robot-cell-drawing.ts';
import { GUESTS, type Guest, NOBODY, RobotCellGuests } from './robot-cell-guests.ts';
import { openRobotCell, type RealGateway, type RobotCellSite } from './robot-cell-site.ts';

const RING = 'line.cell-7/ring';
const METER = 7;
const DEAD = 19;
const LEG_A = 'edge.cell-7/plant-edge.cell-a';

describe('robot-cell on two real gateways', function () {
  this.timeout(300_000);
  let line: readonly FlowNode[];
  let design: ReturnType<typeof drawn>;
  let devices: FieldDevices;
  const meter = new MemoryDevice({ holdingRegisters: 100 });
  const untouched = new Map<GatewayName, { inventory: unknown; foreign: unknown }>();
  let site: RobotCellSite;
  let cell7: RealGateway;
  let guests: RobotCellGuests;

  before(async () => {
    devices = await openFieldDevices(new Map([[METER, meter]]));
    line = drawnLine(devices.port);
    design = drawn(undefined, 'linux', line);
    site = await openRobotCell();
    cell7 = site.gateways['cell-7'];
    guests = new RobotCellGuests(site);
    for (const name of GATEWAYS) {
      const gateway = site.gateways[name];
      untouched.set(name, { inventory: await gateway.inventory(), foreign: await gateway.foreign() });
    }
  });
  after(async () => {
    guests?.close();
    await site?.close();
    await devices?.close();
  });

  it('is applied by both agents, after which a plan is empty', async () => {
    for (const name of GATEWAYS) {
      const steps = await site.gateways[name].apply(design[name]);
      assert.equal(steps.length, Object.keys(design[name].resources).length);
      assert.deepEqual(await planned(name, design[name]), []);
    }
  });

  it('boots the guests of both tenants, one of them with the address that DHCP gives it', async () => {
    for (const guest of Object.keys(GUESTS) as Guest[]) await guests.boot(guest);
    // Its client says so once it has set up what it was given.
    const b8 = guests.inside('b8');
    await b8.run('until ip route | grep -q default; do sleep 1; done');
    assert.match(await b8.run('ip addr show eth0'), /inet 10\.0\.0\.8\/24/);
    assert.match(await b8.run('ip route'), /default via 10\.0\.0\.1/);
  });

  it('joins the guests of one tenant across gateways', async () => {
    await guests.ping('a7', '10.0.0.8');
    await guests.ping('b8', '10.0.0.7');
  });

  it('tells its guests how large a packet may be, so that none is lost in the overlay', async () => {
    assert.equal(await guests.inside('a7').run('cat /sys/class/net/eth0/mtu'), '1450');
    // Longer than that: sent in pieces.
    await guests.inside('a7').run('ping -c 2 -W 10 -s 4000 10.0.0.8');
  });

  it('lets the twin with the same address in the other tenant receive nothing', async () => {
    const twins = () => Promise.all([guests.received('b7'), guests.received('b8')]);
    // What a twin says unasked to the other would be counted too: IPv6, and whether its neighbours are still there.
    for (const twin of ['b7', 'b8'] as const) {
      await guests.inside(twin).run('echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6');
      await guests.inside(twin).run('ip neigh flush dev eth0');
    }
    // What was under way to the twins arrives first.
    let before = await twins();
    for (let last = ''; last !== String(before); before = await twins()) last = String(before);
    await guests.ping('a7', '10.0.0.8');
    await guests.ping('a8', '10.0.0.7');
    assert.deepEqual(await twins(), before);
  });

  it('lets vendor A reach port 502 of the PLC from both gateways, behind the address of its leg', async () => {
    assert.equal(await guests.call('a7', 502), 'port 502 is called by 192.168.50.21');
    assert.equal(await guests.call('a8', 502), 'port 502 is called by 192.168.50.21');
  });

  it('drops port 503 for vendor A and port 502 for vendor B, and the counters of the rules say so', async () => {
    const [a, b] = [await packets('a'), await packets('b')];
    assert.equal(await guests.call('a7', 502), 'port 502 is called by 192.168.50.21');
    assert.equal(await guests.call('a7', 503), NOBODY);
    assert.equal(await guests.call('b7', 502), NOBODY);
    const [laterA, laterB] = [await packets('a'), await packets('b')];
    assert.ok(laterA('plc-modbus') > a('plc-modbus'), 'the call that passes');
    assert.ok(laterA('default') > a('default'), 'the one that is dropped');
    assert.ok(laterB('default') > b('default'));
    assert.equal(laterB('plant-time'), b('plant-time'));
  });

  it('shares a field line among both vendors: one reads behind a firewall, the other writes too', async () => {
    await untilBusFindsGuests(cell7.process.agent, RING);
    meter.setRegister('holding-registers', 10, 2_304);
    assert.equal(await guests.modbus('a7', METER, '03000a0001', 4), '03020900');
    assert.equal(await guests.modbus('a7', METER, '06000a0007', 2), '8601', 'an exception');
    assert.equal(meter.register('holding-registers', 10), 2_304, 'the device never hears of it');
    assert.match(
      JSON.stringify(await busFigures(cell7.process.agent, RING)),
      /"id":"otherwise","hits":1,"lastHit":\d+/,
    );
    assert.equal(await guests.modbus('b7', METER, '06000a0007', 5), '06000a0007');
    assert.equal(await guests.modbus('a7', METER, '03000a0001', 4), '03020007');
  });

  it('keeps a dead device of one vendor on that line from changing anything for the other', async () => {
    // Each of these waits until the device is given up; meanwhile the other vendor is served, and its writes are refused.
    const dead = (async () => {
      for (let n = 0; n < 5; n++) assert.equal(await guests.modbus('b7', DEAD, '0300000001', 2), '830b');
    })();
    for (let n = 0; n < 5; n++) assert.equal(await guests.modbus('a7', METER, '03000a0001', 4), '03020007');
    assert.equal(await guests.modbus('a7', METER, '06000a0001', 2), '8601');
    await dead;
    assert.equal(meter.register('holding-registers', 10), 7);
  });

  it('changes one rule in one step that touches no VM', async () => {
    const edited = drawnWithPorts('502-503', line);
    const [uptime, running] = [await guests.uptimeSeconds('a7'), await runningDomains()];
    assert.deepEqual(await planned('cell-8', edited['cell-8']), []);
    const plan = await cell7.process.agent.plan(edited['cell-7']);
    assert.deepEqual(
      plan.steps.map(({ id, changes, impact }) => ({ id, changes, restartsVm: impact.restartsVm })),
      [
        {
          id: 'update policy.cell-7/vendor-a',
          changes: [
            { field: `links[fw-a@${LEG_A}].rules[plc-modbus].ports[0]`, from: '502', to: '502-503', how: 'live' },
          ],
          restartsVm: false,
        },
      ],
    );
    await cell7.apply(edited['cell-7']);
    assert.equal(await guests.call('a7', 503), 'port 503 is called by 192.168.50.21');
    assert.deepEqual(await runningDomains(), running);
    assert.ok((await guests.uptimeSeconds('a7')) > uptime, 'the guest ran on');
    await cell7.apply(design['cell-7']);
    assert.equal(await guests.call('a7', 503), NOBODY);
  });

  it('is looked at for drift more often than every five seconds', () => {
    assert.ok(LIMITS.pollMs + LIMITS.debounceMs < 5_000);
  });

  it('shows as drift, and repairs, a domain that somebody stopped', async () => {
    const { domain } = await guests.status('a7');
    const seen = await driftAfter(cell7.process.agent, () => cell7.libvirtd.virsh('destroy', String(domain)));
    assert.deepEqual(seen, ['update vm.cell-7/a7: running from false to true']);
    await repaired();
    await guests.boot('a7');
    await guests.ping('a7', '10.0.0.8');
    await untilBusFindsGuests(cell7.process.agent, RING);
    assert.equal(await guests.modbus('a7', METER, '03000a0001', 4), '03020007', 'the line finds it again');
  });

  it('shows as drift, and repairs, an entry of the forwarding table that somebody deleted', async () => {
    const tunnel = deviceName('gwx', 'segment.cell-7/cell-a');
    const entries = await cell7.machine.run('bridge', 'fdb', 'show', 'dev', tunnel);
    const mac = /^(?!00:)(\S+) dst 10\.251\.0\.18 /m.exec(entries)?.[1] ?? '';
    const entry = [mac, 'dev', tunnel, 'dst', '10.251.0.18'];
    const seen = await driftAfter(cell7.process.agent, () => cell7.machine.run('bridge', 'fdb', 'del', ...entry));
    const field = `peers[10.251.0.18].macs[${mac}]`;
    assert.deepEqual(seen, [`update segment.cell-7/cell-a: ${field} from undefined to "${mac}"`]);
    await repaired();
    await guests.ping('a7', '10.0.0.8');
  });

  it('shows as drift, and repairs, a rule that somebody added', async () => {
    const table = deviceName('gwt', 'policy.cell-7/vendor-a');
    const rule = ['rule', 'inet', table, 'gw_forward', 'tcp', 'dport', '503', 'accept'];
    const seen = await driftAfter(cell7.process.agent, () => cell7.machine.run('nft', 'insert', ...rule));
    const [line, ...others] = seen;
    assert.match(
      String(line),
      /^update policy\.cell-7\/vendor-a: links\[foreign-\d+@policy\.cell-7\/vendor-a\] from .* to undefined$/,
    );
    assert.deepEqual(others, []);
    await repaired();
    assert.equal(await guests.call('a7', 503), NOBODY);
  });

  it('shows as drift, and repairs, bridge-nf-call-iptables that somebody switched off', async () => {
    const file = '/proc/sys/net/bridge/bridge-nf-call-iptables';
    const seen = await driftAfter(cell7.process.agent, () => cell7.machine.run('sh', '-c', `echo 0 > ${file}`));
    const line = (tenant: string) => `update policy.cell-7/${tenant}: bridgeNetfilter from false to true`;
    assert.deepEqual(seen, ['vendor-a', 'vendor-b'].map(line));
    await repaired();
    assert.equal((await cell7.machine.run('cat', file)).trim(), '1');
    assert.equal(await guests.call('a7', 503), NOBODY);
  });

  it('goes without a trace when it is destroyed, and what was there before is unharmed', async () => {
    for (const name of GATEWAYS) {
      const gateway = site.gateways[name];
      await gateway.apply(emptied(design[name]));
      assert.deepEqual(await gateway.inventory(), untouched.get(name)?.inventory);
      assert.deepEqual(await gateway.foreign(), untouched.get(name)?.foreign);
    }
  });

  async function planned(name: GatewayName, wanted: GatewayDesign): Promise<readonly string[]> {
    return (await site.gateways[name].process.agent.plan(wanted)).steps.map(step => step.id);
  }

  /** Applies the drawing of cell-7 again, after which the agent says that all fits and nothing is left to do. */
  async function repaired(): Promise<void> {
    await fitsAfter(cell7.process.agent, () => cell7.apply(design['cell-7']));
    assert.deepEqual(await planned('cell-7', design['cell-7']), []);
  }

  /** Packets that the rules of a vendor's firewall have counted up to now. */
  async function packets(letter: 'a' | 'b'): Promise<(rule: string) => number> {
    const { resources } = await cell7.process.agent.observe();
    const status = resources[`policy.cell-7/vendor-${letter}`]?.status as PolicyStatus | undefined;
    const found = status?.counters[`fw-${letter}@edge.cell-7/plant-edge.cell-${letter}`];
    return rule => {
      const count = found?.[rule]?.packets;
      assert.ok(count !== undefined, `${rule} has a counter`);
      return count;
    };
  }

  /** Ids that libvirt gives to running domains: one that was restarted has another. */
  function runningDomains(): Promise<readonly string[]> {
    return Promise.all(GATEWAYS.map(name => site.gateways[name].libvirtd.virsh('list', '--id')));
  }
});
