import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { edge } from '../../../runtime/drivers/edge/driver.ts';
import { dropBridgeEnd } from '../../../runtime/drivers/edge/leg-namespace.ts';
import { createFakeHost } from '../../../runtime/host/fake.ts';
import { deviceName } from '../../../runtime/host/linux/device-name.ts';
import { listLinks } from '../../../runtime/host/linux/links.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { Spec } from '../../../runtime/model/kind.ts';
import { diff } from '../../../runtime/plan/diff.ts';
import { type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { at, edgeSpec, resource, segmentSpec, step, type TestWorld, testWorld, uplinkSpec } from '../gateway-lab.ts';

const segment = at('segment', 'cell-7', 'cell-a');
const uplink = at('uplink', 'cell-7', 'plant');
const address = at('edge', 'cell-7', 'plant-edge.cell-a');
const netns = deviceName('gwn', address);
const [inner, outer, end] = (['gwi', 'gwo', 'gwe'] as const).map(prefix => deviceName(prefix, address)) as [
  string,
  string,
  string,
];

const spec = edgeSpec(segment, uplink);
const leg = resource(address, spec);

describe('an edge leg on the real kernel', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let gateway: TestWorld;
  let legs: Handle<'edge'>;

  before(async () => {
    lab = netnsLab();
    const [machine, far] = [await lab.machine('cell-7'), await lab.machine('far')];
    await lab.cable(machine, 'plant0', far, 'plant0');
    gateway = await testWorld(machine);
    await (await gateway.connect(bridge, 'uplink')).handle.create(resource(uplink, uplinkSpec), step(1));
    await (await gateway.connect(bridge, 'segment')).handle.create(resource(segment, segmentSpec()), step(1));
    legs = (await gateway.connect(edge, 'edge')).handle;
  });
  after(async () => {
    await lab.close();
    await gateway.close();
  });
  afterEach(() => legs.remove(address, step(9)));

  const observed = async () => (await legs.observe())[0];
  const drift = async (wanted = spec) => diff((await observed())?.spec, wanted).map(change => change.field);
  const kernel = (...argv: readonly string[]) => gateway.machine.run(...argv);
  const inLeg = (...argv: readonly string[]) => kernel('ip', 'netns', 'exec', netns, ...argv);
  const server = async () => (await observed())?.status.dhcpProcess;

  it('is read back as it was drawn', async () => {
    await legs.create(leg, step(3));
    const found = await observed();
    assert.deepEqual(found?.spec, spec);
    assert.equal(found?.generation, 3);
    assert.deepEqual(found?.status.problems, []);
  });

  it('stays as it is when it is made twice, its DHCP server included', async () => {
    await legs.create(leg, step(1));
    const [pid, links] = [await server(), await inLeg('ip', '-br', 'link')];
    await legs.create(leg, step(2));
    assert.deepEqual([await server(), await inLeg('ip', '-br', 'link')], [pid, links]);
    assert.deepEqual((await observed())?.spec, spec);
  });

  const damage: readonly [string, readonly string[], readonly string[]][] = [
    ['the NAT rules', ['nft', 'flush', 'table', 'ip', 'gw_nat'], ['nat']],
    ['the NAT table', ['nft', 'delete', 'table', 'ip', 'gw_nat'], ['nat']],
    ['the filter', ['nft', 'flush', 'chain', 'inet', 'gw_filter', 'gw_forward'], ['router']],
    ['the filter, by a table of someone else', ['nft', 'add', 'table', 'ip', 'other'], ['router']],
    ['forwarding', ['sysctl', '-qw', 'net.ipv4.ip_forward=0'], ['router']],
    ['the inner address', ['ip', 'addr', 'add', '10.0.0.77/24', 'dev', inner], ['inside', 'dhcp']],
    ['the inner MAC address', ['ip', 'link', 'set', inner, 'address', '02:00:00:ed:00:99'], ['insideMac']],
    ['the default route', ['ip', 'route', 'del', 'default'], ['defaultGateway']],
    ['a route', ['ip', 'route', 'del', '172.20.0.0/16', 'metric', '1'], ['routes[172.20.0.0/16]']],
    ['the routes, by one more', ['ip', 'route', 'add', '172.21.0.0/16', 'dev', inner], ['routes[172.21.0.0/16]']],
    [
      'the outer device, off',
      ['ip', 'link', 'set', outer, 'down'],
      ['defaultGateway', 'outside', 'routes[172.20.0.0/16]'],
    ],
    [
      'the outer device, gone',
      ['ip', 'link', 'del', outer],
      ['defaultGateway', 'nat', 'outside', 'outsideMac', 'router', 'routes[172.20.0.0/16]', 'uplink'],
    ],
  ];
  for (const [what, argv, fields] of damage)
    it(`shows damage to ${what} in exactly ${fields.join(', ')}, and mends it`, async () => {
      await legs.create(leg, step(1));
      await inLeg(...argv);
      assert.deepEqual([...(await drift())].sort(), [...fields].sort());
      await legs.update(leg, [], step(2));
      assert.deepEqual(await drift(), []);
    });

  it('shows a leg that was unplugged from its segment, or lost its veth, and mends it', async () => {
    await legs.create(leg, step(1));
    await kernel('ip', 'link', 'set', end, 'nomaster');
    assert.deepEqual(await drift(), ['segment']);
    const deaf = await server();
    await kernel('ip', 'link', 'del', end);
    assert.ok((await drift()).includes('inside'));
    await legs.update(leg, [], step(2));
    assert.deepEqual(await drift(), []);
    assert.notEqual(await server(), deaf, 'a server that listened to the old device is of no use');
  });

  it('shows a dead DHCP server as drift of dhcp alone, and starts it again', async () => {
    await legs.create(leg, step(1));
    await kernel('kill', '-9', String(await server()));
    assert.deepEqual(await drift(), ['dhcp']);
    await legs.update(leg, [], step(2));
    assert.deepEqual(await drift(), []);
  });

  it('finds its DHCP server again when its own files were lost', async () => {
    await legs.create(leg, step(1));
    const pid = await server();
    await gateway.world.host.remove(`${gateway.world.stateDirectory}/edge`);
    assert.deepEqual(await drift(), ['dhcp']);
    await legs.update(leg, [], step(2));
    assert.deepEqual(await drift(), []);
    assert.equal(await server(), pid);
  });

  const changes: readonly Partial<Spec<'edge'>>[] = [
    { nat: false },
    { inside: '10.0.5.1/16', mtu: 1400, insideMac: '02:00:00:ed:00:02', routes: [] },
    { outside: '192.168.7.22/24', outsideMac: '02:00:00:ed:01:02' },
    { tenant: 'vendor-b', router: 'other-edge', dns: [] },
    { dhcp: { first: '10.0.0.30', last: '10.0.0.31', leaseSeconds: 120, hosts: [] } },
    { routes: [...spec.routes].reverse() },
  ];
  for (const change of changes)
    it(`changes ${Object.keys(change).join(', ')} in place and back`, async () => {
      await legs.create(leg, step(1));
      const changed = { ...spec, ...change };
      await legs.update(resource(address, changed), [], step(2));
      assert.deepEqual(await drift(changed), []);
      await legs.update(leg, [], step(3));
      assert.deepEqual(await drift(), []);
    });

  it('goes without default gateway and DHCP server when none are drawn', async () => {
    await legs.create(leg, step(1));
    const { dhcp: _dhcp, defaultGateway: _gateway, ...bare } = spec;
    await legs.update(resource(address, bare), [], step(2));
    assert.deepEqual(await drift(bare), []);
    assert.equal(await kernel('ip', 'netns', 'pids', netns), '');
  });

  it('is made whole from any half', async () => {
    await kernel('ip', 'netns', 'add', netns);
    await legs.create(leg, step(1));
    assert.deepEqual(await drift(), []);
    await kernel('umount', `/run/netns/${netns}`);
    assert.ok((await drift()).length > 0);
    await legs.create(leg, step(2));
    assert.deepEqual(await drift(), []);
  });

  it('ends a server whose namespace was taken away, when it is made again and when it goes', async () => {
    for (const mend of [() => legs.update(leg, [], step(2)), () => legs.remove(address, step(2))]) {
      await legs.create(leg, step(1));
      const pid = Number(await server());
      await kernel('ip', 'netns', 'delete', netns);
      await mend();
      assert.equal((await gateway.world.host.readFile(`/proc/${pid}/cmdline`)) || 'gone', 'gone');
    }
    assert.deepEqual(await legs.observe(), []);
  });

  it('takes its end on the bridge for removed when that went by itself meanwhile, and nothing else', async () => {
    await legs.create(leg, step(1));
    const links = await listLinks(gateway.world.host);
    const drop = (stderr: string) => {
      const host = createFakeHost({ run: () => ({ code: 2, stdout: '', stderr }) });
      return dropBridgeEnd(host, address, links, step(2).signal);
    };
    // Before iproute2 looked for the device, and between that and its deletion.
    await drop(`Cannot find device "${end}"\n`);
    await drop('RTNETLINK answers: No such device\n');
    await assert.rejects(drop('RTNETLINK answers: Operation not permitted\n'), /not permitted/);
  });

  it('is made and removed beside others at the same time', async () => {
    const many = ['one', 'two', 'three', 'four'].map((name, index) =>
      resource(at('edge', 'cell-7', `plant-edge.${name}`), {
        ...spec,
        outside: `192.168.7.3${index}/24`,
        outsideMac: `02:00:00:ed:02:0${index}`,
        insideMac: `02:00:00:ed:03:0${index}`,
      }),
    );
    await Promise.all(many.map(one => legs.create(one, step(1))));
    const found = new Map((await legs.observe()).map(one => [one.address, one.spec]));
    for (const one of many) assert.deepEqual(found.get(one.address), one.spec);
    await Promise.all(many.map(one => legs.remove(one.address, step(2))));
    assert.deepEqual(await legs.observe(), []);
  });

  it('enters its MAC address on the bridge, and no other', async () => {
    await legs.create(leg, step(1));
    const stations = async () =>
      (await kernel('bridge', 'fdb', 'show', 'dev', end)).split('\n').filter(line => line.includes(' static'));
    const old = await stations();
    assert.equal(old.length, 1);
    await legs.update(resource(address, { ...spec, insideMac: '02:00:00:ed:00:02' }), [], step(2));
    assert.deepEqual(
      (await stations()).map(line => line.split(' ')[0]),
      ['02:00:00:ed:00:02'],
    );
  });

  it('asks for its segment and its uplink first', async () => {
    for (const lost of [{ segment: at('segment', 'cell-7', 'none') }, { uplink: at('uplink', 'cell-7', 'none') }])
      await assert.rejects(legs.create(resource(address, { ...spec, ...lost }), step(1)), { code: 'GW_NETWORK_ORDER' });
    assert.deepEqual(await legs.observe(), []);
  });

  it('does not sit on a card that is plugged into a bridge, and says what to draw instead', async () => {
    await kernel('ip', 'link', 'add', 'br0', 'type', 'bridge');
    await kernel('ip', 'link', 'set', 'plant0', 'master', 'br0');
    await assert.rejects(legs.create(leg, step(1)), {
      code: 'GW_NETWORK_FOREIGN',
      message:
        "plant0 is plugged into the bridge br0, so no leg can sit on it; take it out, or draw br0 as the uplink's device if that bridge is the host's own",
    });
    assert.deepEqual(await legs.observe(), []);
    await kernel('ip', 'link', 'del', 'br0');
  });

  it('leaves nothing behind, and nothing of others touched', async () => {
    await kernel('ip', 'netns', 'add', 'admin');
    await kernel('ip', 'netns', 'add', 'gwnffffffffff');
    await legs.create(leg, step(1));
    assert.equal((await legs.observe()).length, 1);
    await legs.remove(address, step(2));
    await legs.remove(address, step(2));
    assert.deepEqual(await legs.observe(), []);
    assert.doesNotMatch(await kernel('ip', '-br', 'link'), /gw[eio]/);
    assert.deepEqual((await kernel('ls', '/run/netns')).split('\n'), ['admin', 'gwnffffffffff', '']);
    assert.deepEqual(await gateway.world.host.list(`${gateway.world.stateDirectory}/edge`), []);
    await kernel('ip', 'netns', 'delete', 'admin');
    await kernel('ip', 'netns', 'delete', 'gwnffffffffff');
  });
});
