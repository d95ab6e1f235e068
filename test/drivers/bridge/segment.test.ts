import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { deviceName } from '../../../runtime/host/linux/device-name.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { diff } from '../../../runtime/plan/diff.ts';
import { type NetnsLab, netnsLab } from '../../lab/netns.ts';
import {
  at,
  overlaySpec,
  resource,
  segmentSpec,
  step,
  type TestWorld,
  testWorld,
  uplinkSpec,
  wireGateway,
} from '../gateway-lab.ts';

const PEERS = [
  { address: '10.251.0.18', macs: ['02:00:00:0a:00:02', '02:00:00:0a:00:03'] },
  { address: '10.251.0.19', macs: [] },
];
const address = at('segment', 'cell-7', 'cell-a');
const overlay = resource(address, overlaySpec({ peers: PEERS }));
const names = { bridge: deviceName('gws', address), tunnel: deviceName('gwx', address) };

describe('a segment on the real kernel', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let gateway: TestWorld;
  let segments: Handle<'segment'>;

  before(async () => {
    lab = netnsLab();
    const [machine, far] = [await lab.machine('cell-7'), await lab.machine('far')];
    await wireGateway(machine, far, device => lab.cable(machine, device, far, device));
    gateway = await testWorld(machine);
    segments = (await gateway.connect(bridge, 'segment')).handle;
  });
  after(async () => {
    await lab.close();
    await gateway.close();
  });
  afterEach(() => segments.remove(address, step(9)));

  const observed = async () => (await segments.observe())[0];
  const driftOf = async () => diff((await observed())?.spec, overlay.spec).map(change => change.field);
  const kernel = (...argv: readonly string[]) => gateway.machine.run(...argv);

  it('is read back as it was drawn, with its generation', async () => {
    await segments.create(overlay, step(3));
    const found = await observed();
    assert.deepEqual(found?.spec, overlay.spec);
    assert.equal(found?.generation, 3);
  });

  it('keeps the forwarding table exact: one flood entry per peer, one entry per station, nothing else', async () => {
    await segments.create(overlay, step(1));
    const table = JSON.parse(await kernel('bridge', '-j', 'fdb', 'show', 'dev', names.tunnel)) as FdbRow[];
    const routes = table.filter(row => row.dst !== undefined).map(row => `${row.mac} ${row.dst}`);
    assert.deepEqual(routes.sort(), [
      '00:00:00:00:00:00 10.251.0.18',
      '00:00:00:00:00:00 10.251.0.19',
      '02:00:00:0a:00:02 10.251.0.18',
      '02:00:00:0a:00:03 10.251.0.18',
    ]);
  });

  for (const [what, argv, field] of [
    [
      'a deleted station',
      ['fdb', 'del', '02:00:00:0a:00:02', 'dev', names.tunnel, 'dst', '10.251.0.18'],
      'peers[10.251.0.18].macs[02:00:00:0a:00:02]',
    ],
    [
      'a deleted bridge entry',
      ['fdb', 'del', '02:00:00:0a:00:03', 'dev', names.tunnel, 'master'],
      'peers[10.251.0.18].macs[02:00:00:0a:00:03]',
    ],
    [
      'a deleted flood entry',
      ['fdb', 'del', '00:00:00:00:00:00', 'dev', names.tunnel, 'dst', '10.251.0.19'],
      'peers[10.251.0.19]',
    ],
    [
      'a foreign peer',
      ['fdb', 'append', '00:00:00:00:00:00', 'dev', names.tunnel, 'dst', '10.251.0.66'],
      'peers[10.251.0.66]',
    ],
  ] as const)
    it(`shows ${what} in exactly the field it is in, and mends it`, async () => {
      await segments.create(overlay, step(1));
      await kernel('bridge', ...argv);
      assert.deepEqual(await driftOf(), [field]);
      await segments.update(overlay, [], step(2));
      assert.deepEqual(await driftOf(), []);
    });

  it('shows a peer that is no longer flooded to as one without stations, and mends it', async () => {
    await segments.create(overlay, step(1));
    await kernel('bridge', 'fdb', 'del', '00:00:00:00:00:00', 'dev', names.tunnel, 'dst', '10.251.0.18');
    const stations = PEERS[0]?.macs.map(mac => `peers[10.251.0.18].macs[${mac}]`);
    assert.deepEqual(await driftOf(), stations);
    await segments.update(overlay, [], step(2));
    assert.deepEqual(await driftOf(), []);
  });

  it('shows what is lost with a deleted tunnel device, and makes it anew', async () => {
    await segments.create(overlay, step(1));
    await kernel('ip', 'link', 'del', names.tunnel);
    assert.deepEqual(await driftOf(), ['mode', 'peers[10.251.0.18]', 'peers[10.251.0.19]', 'tunnelAddress', 'vni']);
    await segments.update(overlay, [], step(2));
    assert.deepEqual(await driftOf(), []);
  });

  it('shows a bridge that is switched off, unplugged or of another MTU', async () => {
    await segments.create(overlay, step(1));
    await kernel('ip', 'link', 'set', names.bridge, 'down', 'mtu', '1400');
    assert.deepEqual(await driftOf(), ['mode', 'mtu']);
    await kernel('ip', 'link', 'set', names.tunnel, 'nomaster');
    assert.ok((await driftOf()).includes('vni'));
    await segments.update(overlay, [], step(2));
    assert.deepEqual(await driftOf(), []);
  });

  it('lists and removes a tunnel device whose bridge is gone', async () => {
    await segments.create(overlay, step(1));
    await kernel('ip', 'link', 'del', names.bridge);
    assert.equal((await observed())?.address, address);
    await segments.remove(address, step(2));
    assert.deepEqual(await segments.observe(), []);
    assert.doesNotMatch(await kernel('ip', '-br', 'link'), /gw[sx]/);
  });

  it('moves a station to another peer without a moment of two destinations', async () => {
    await segments.create(overlay, step(1));
    const moved = overlaySpec({
      peers: [
        { address: '10.251.0.18', macs: ['02:00:00:0a:00:02'] },
        { address: '10.251.0.19', macs: ['02:00:00:0a:00:03'] },
      ],
    });
    await segments.update(resource(address, moved), [], step(2));
    assert.deepEqual((await observed())?.spec, moved);
  });

  it('changes VNI, tunnel address, MTU and mode in place, ports staying plugged in', async () => {
    await segments.create(overlay, step(1));
    await kernel('ip', 'link', 'add', 'guest0', 'master', names.bridge, 'type', 'veth', 'peer', 'name', 'guest1');
    await kernel('ip', 'addr', 'add', '10.251.0.27/24', 'dev', 'under0');
    const other = overlaySpec({ vni: 6000, tunnelAddress: '10.251.0.27', mtu: 1400, peers: PEERS });
    for (const spec of [other, segmentSpec(), overlay.spec]) {
      await segments.update(resource(address, spec), [], step(2));
      assert.deepEqual((await observed())?.spec, spec);
      assert.match(await kernel('ip', '-o', 'link', 'show', 'guest0'), new RegExp(`master ${names.bridge}`));
    }
    await kernel('ip', 'link', 'del', 'guest0');
    await kernel('ip', 'addr', 'del', '10.251.0.27/24', 'dev', 'under0');
  });

  it('is renamed without being made anew', async () => {
    await segments.create(overlay, step(1));
    const index = (await kernel('ip', '-o', 'link', 'show', names.bridge)).split(':')[0];
    const renamed = at('segment', 'cell-7', 'cell-b');
    await segments.update(resource(renamed, overlay.spec), [], step(2), address);
    const found = await segments.observe();
    assert.deepEqual(
      found.map(item => [item.address, item.spec]),
      [[renamed, overlay.spec]],
    );
    assert.equal((await kernel('ip', '-o', 'link', 'show', deviceName('gws', renamed))).split(':')[0], index);
    await segments.remove(renamed, step(3));
  });

  it('refuses a tunnel address that no card has', async () => {
    const lost = resource(address, overlaySpec({ tunnelAddress: '10.251.0.99' }));
    await assert.rejects(segments.create(lost, step(1)), {
      code: 'GW_NETWORK_DEVICE_MISSING',
      message: 'no network card has the tunnel address 10.251.0.99; give it one or correct the gateway node',
    });
  });

  it('refuses to take over a device that bears its name and belongs to someone else', async () => {
    await kernel('ip', 'link', 'add', names.bridge, 'type', 'bridge');
    await kernel('ip', 'link', 'set', names.bridge, 'alias', 'mine');
    await assert.rejects(segments.create(overlay, step(1)), { code: 'GW_NETWORK_FOREIGN' });
    await segments.remove(address, step(1));
    assert.match(await kernel('ip', 'link', 'show', names.bridge), /alias mine/);
    await kernel('ip', 'link', 'del', names.bridge);
  });

  it('plugs a borrowed card into the bridge and gives it back', async () => {
    const uplinks = (await gateway.connect(bridge, 'uplink')).handle;
    const uplink = at('uplink', 'cell-7', 'plant');
    const direct = resource(address, segmentSpec({ uplink }));
    await assert.rejects(segments.create(direct, step(1)), { code: 'GW_NETWORK_ORDER' });
    await uplinks.create(resource(uplink, uplinkSpec), step(1));
    await segments.create(direct, step(1));
    assert.deepEqual((await observed())?.spec, direct.spec);
    await kernel('ip', 'link', 'set', 'plant0', 'nomaster');
    assert.deepEqual(diff((await observed())?.spec, direct.spec), [{ field: 'uplink', to: uplink }]);
    await segments.update(direct, [], step(2));
    assert.deepEqual((await observed())?.spec, direct.spec);
    await uplinks.remove(uplink, step(3));
    assert.doesNotMatch(
      await kernel('ip', '-o', 'link', 'show', 'plant0'),
      /master/,
      'also when the uplink goes first',
    );
    await uplinks.create(resource(uplink, uplinkSpec), step(4));
    await segments.update(direct, [], step(4));
    await segments.remove(address, step(5));
    assert.doesNotMatch(await kernel('ip', '-o', 'link', 'show', 'plant0'), /master/);
    await uplinks.remove(uplink, step(3));
  });

  it('does not pull a card out of a bridge that is not ours', async () => {
    const uplinks = (await gateway.connect(bridge, 'uplink')).handle;
    const uplink = at('uplink', 'cell-7', 'plant');
    await uplinks.create(resource(uplink, uplinkSpec), step(1));
    await kernel('ip', 'link', 'add', 'admin0', 'type', 'bridge');
    await kernel('ip', 'link', 'set', 'plant0', 'master', 'admin0');
    await assert.rejects(segments.create(resource(address, segmentSpec({ uplink })), step(1)), {
      code: 'GW_NETWORK_FOREIGN',
    });
    assert.match(await kernel('ip', '-o', 'link', 'show', 'plant0'), /master admin0/);
    await kernel('ip', 'link', 'del', 'admin0');
    await uplinks.remove(uplink, step(2));
  });
});

interface FdbRow {
  readonly mac: string;
  readonly dst?: string;
}
