// VLAN segments as lines only: the kernel of the tests may have no 802.1Q. Whether it has is asked of the kernel.
import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { segmentLines } from '../../../runtime/drivers/bridge/segment-lines.ts';
import { observeSegments } from '../../../runtime/drivers/bridge/segment-observe.ts';
import { deviceName } from '../../../runtime/host/linux/device-name.ts';
import { aliasFor } from '../../../runtime/host/linux/link-tag.ts';
import type { Link } from '../../../runtime/host/linux/links.ts';
import { formatClaim } from '../../../runtime/host/linux/uplink-claim.ts';
import { netnsLab } from '../../lab/netns.ts';
import { at, resource, segmentSpec, testWorld } from '../gateway-lab.ts';

const uplink = at('uplink', 'cell-7', 'plant');
const segment = resource(at('segment', 'cell-7', 'cell-a'), segmentSpec({ mode: 'vlan', vlan: 40, uplink }));
const [device, tunnel] = [deviceName('gws', segment.address), deviceName('gwx', segment.address)];

function link(changes: Partial<Link> & Pick<Link, 'name'>): Link {
  const plain = { index: 1, mtu: 1450, mac: '', up: true, carrier: true, ipv6: false, alias: '', altnames: [] };
  return { ...plain, addresses: [], details: {}, portDetails: {}, ...changes };
}

const card = link({ name: 'enp3s0', altnames: [formatClaim({ address: uplink, generation: 1, role: 'plant' })] });

describe('a VLAN segment', () => {
  it('is a tagged device on the card, plugged into the bridge, and the card stays free for others', () => {
    const lines = segmentLines(segment, 1, [card]).map(line => line.join(' '));
    assert.ok(lines.includes(`link add link enp3s0 name ${tunnel} type vlan id 40`));
    assert.ok(lines.includes(`link set dev ${tunnel} master ${device}`));
    assert.ok(lines.every(line => !line.startsWith('link set dev enp3s0 master')));
  });

  it('is read back from the tagged device', () => {
    const facts = { tenant: 'vendor-a', vswitch: 'cell-a', vlan: '40' };
    const present = [
      card,
      link({ name: device, type: 'bridge', alias: aliasFor({ address: segment.address, generation: 1, facts }) }),
      link({ name: tunnel, type: 'vlan', master: device, lower: 'enp3s0', details: { id: 40 } }),
    ];
    assert.deepEqual(observeSegments(present, [], 'cell-7')[0]?.spec, segment.spec);
    assert.equal(segmentLines(segment, 2, present).filter(line => line[1] === 'add').length, 0);
    const retagged = present.map(each => (each.name === tunnel ? { ...each, details: { id: 41 } } : each));
    assert.equal(observeSegments(retagged, [], 'cell-7')[0]?.spec.vlan, 41);
    const { uplink: lost } = observeSegments(present.slice(0, 2), [], 'cell-7')[0]?.spec ?? {};
    assert.equal(lost, undefined, 'without the device the segment is on no uplink');
  });

  it('is named as lacking exactly where the kernel refuses such a device', async () => {
    const lab = netnsLab();
    const world = await testWorld(await lab.machine('cell-7'));
    try {
      const { facts } = await world.connect(bridge, 'segment');
      await world.machine.run('ip', 'link', 'add', 'name', 'b0', 'type', 'bridge');
      const tried = await world.machine.attempt(
        'ip',
        'link',
        'add',
        'link',
        'b0',
        'name',
        'v0',
        'type',
        'vlan',
        'id',
        '7',
      );
      assert.equal('vlan' in facts.lacks, tried.code !== 0);
      assert.equal('overlay' in facts.lacks, false);
    } finally {
      await lab.close();
      await world.close();
    }
  });
});
