import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { deviceName, portDevice } from '../../../runtime/host/linux/device-name.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { diff } from '../../../runtime/plan/diff.ts';
import { type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { at, portSpec, resource, segmentSpec, step, type TestWorld, testWorld } from '../gateway-lab.ts';

const segment = at('segment', 'cell-7', 'cell-a');
const other = at('segment', 'cell-7', 'cell-b');
const address = at('port', 'cell-7', 'robot-a.eth0');
const port = resource(address, portSpec(segment));
const tap = portDevice(address);

describe('a port on the real kernel', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let gateway: TestWorld;
  let ports: Handle<'port'>;
  let segments: Handle<'segment'>;

  before(async () => {
    lab = netnsLab();
    gateway = await testWorld(await lab.machine('cell-7'));
    ports = (await gateway.connect(bridge, 'port')).handle;
    segments = (await gateway.connect(bridge, 'segment')).handle;
    for (const name of [segment, other]) await segments.create(resource(name, segmentSpec()), step(1));
  });
  after(async () => {
    await lab.close();
    await gateway.close();
  });
  afterEach(() => ports.remove(address, step(9)));

  const observed = async () => (await ports.observe())[0];
  const driftOf = async () => diff((await observed())?.spec, port.spec).map(change => change.field);
  const kernel = (...argv: readonly string[]) => gateway.machine.run(...argv);

  it('is read back as it was drawn, from the kernel alone', async () => {
    await ports.create(port, step(4));
    const found = await observed();
    assert.deepEqual(found?.spec, port.spec);
    assert.equal(found?.generation, 4);
  });

  it('keeps a VM and a NIC that its address does not spell', async () => {
    const odd = resource(address, portSpec(segment, { vm: 'other', nic: 'wan', ips: [] }));
    await ports.create(odd, step(1));
    assert.deepEqual((await observed())?.spec, odd.spec);
  });

  it('shows each thing that was changed behind our back in its field, and mends it', async () => {
    await ports.create(port, step(1));
    await kernel('ip', 'link', 'set', tap, 'mtu', '1400');
    await kernel('bridge', 'fdb', 'del', port.spec.mac, 'dev', tap, 'master');
    await kernel('ip', 'link', 'set', tap, 'nomaster');
    assert.deepEqual(await driftOf(), ['mac', 'mtu', 'segment']);
    await ports.update(port, [], step(2));
    assert.deepEqual(await driftOf(), []);
    await kernel('ip', 'link', 'set', tap, 'down');
    assert.deepEqual(await driftOf(), ['segment']);
    await ports.update(port, [], step(3));
    assert.deepEqual(await driftOf(), []);
  });

  it('shows a second station entered at the tap, and takes it out', async () => {
    await ports.create(port, step(1));
    await kernel('bridge', 'fdb', 'add', '02:00:00:00:00:66', 'dev', tap, 'master', 'static');
    assert.deepEqual(await driftOf(), ['mac']);
    await ports.update(port, [], step(2));
    assert.deepEqual(await driftOf(), []);
  });

  it('moves to another segment, another MAC address and another owner in place', async () => {
    await ports.create(port, step(1));
    const index = (await kernel('ip', '-o', 'link', 'show', tap)).split(':')[0];
    const moved = portSpec(other, {
      tenant: 'vendor-b',
      mac: '02:00:00:0a:00:09',
      ips: ['10.0.0.9', '10.0.1.9'],
      mtu: 1300,
    });
    await ports.update(resource(address, moved), [], step(2));
    assert.deepEqual((await observed())?.spec, moved);
    assert.equal((await kernel('ip', '-o', 'link', 'show', tap)).split(':')[0], index);
  });

  it('is renamed without being made anew, also when the last attempt stopped halfway', async () => {
    await ports.create(port, step(1));
    const index = (await kernel('ip', '-o', 'link', 'show', tap)).split(':')[0];
    const renamed = at('port', 'cell-7', 'robot-b.eth0');
    await kernel('ip', 'link', 'set', tap, 'alias', `gatewright:${renamed};generation=1;tenant=vendor-a`);
    await ports.update(resource(renamed, { ...port.spec, vm: 'robot-b' }), [], step(2), address);
    assert.deepEqual(
      (await ports.observe()).map(item => [item.address, item.generation, item.spec.vm]),
      [[renamed, 2, 'robot-b']],
    );
    assert.equal((await kernel('ip', '-o', 'link', 'show', portDevice(renamed))).split(':')[0], index);
    await ports.remove(renamed, step(3));
  });

  it('takes over a tap that was made and not yet tagged', async () => {
    await kernel('ip', 'tuntap', 'add', 'dev', tap, 'mode', 'tap');
    assert.deepEqual(await ports.observe(), []);
    await ports.create(port, step(1));
    assert.deepEqual((await observed())?.spec, port.spec);
  });

  it('asks for its segment first', async () => {
    const lost = resource(address, portSpec(at('segment', 'cell-7', 'nowhere')));
    await assert.rejects(ports.create(lost, step(1)), {
      code: 'GW_NETWORK_ORDER',
      message: 'port.cell-7/robot-a.eth0 needs segment.cell-7/nowhere, which is not there; plan again',
    });
  });

  it('says so when a device cannot carry all that was drawn for it', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 100}`);
    await assert.rejects(ports.create(resource(address, portSpec(segment, { ips: many })), step(1)), {
      code: 'GW_NETWORK_TAG_TOO_LONG',
    });
  });

  it('lists and removes nothing of another gateway, of other people, or of another kind', async () => {
    await kernel('ip', 'tuntap', 'add', 'dev', 'vnet0', 'mode', 'tap');
    await kernel('ip', 'tuntap', 'add', 'dev', 'gwp0000000000', 'mode', 'tap');
    await kernel('ip', 'link', 'set', 'gwp0000000000', 'alias', 'gatewright:port.cell-8/robot-a.eth0;generation=1');
    const before = await kernel('ip', '-br', 'link');
    assert.deepEqual(await ports.observe(), []);
    await ports.remove(at('port', 'cell-8', 'robot-a.eth0'), step(1));
    await ports.remove(at('port', 'cell-7', 'vnet0'), step(1));
    assert.equal(await kernel('ip', '-br', 'link'), before);
    await kernel('ip', 'link', 'del', 'vnet0');
    await kernel('ip', 'link', 'del', 'gwp0000000000');
  });

  it('leaves the segment without a member when it goes', async () => {
    await ports.create(port, step(1));
    await ports.remove(address, step(2));
    await ports.remove(address, step(2));
    assert.equal(await kernel('ip', '-br', 'link', 'show', 'master', deviceName('gws', segment)), '');
  });
});
