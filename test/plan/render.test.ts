import assert from 'node:assert/strict';
import { factsOf } from '../../runtime/drivers/memory/facts.ts';
import { KINDS } from '../../runtime/model/address.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { plan } from '../../runtime/plan/plan.ts';
import { renderPlan } from '../../runtime/plan/render.ts';
import { renderValue } from '../../runtime/plan/render-value.ts';
import {
  cellA,
  designOf,
  observedOf,
  plant,
  plantEdge,
  resource,
  robotA,
  robotPort,
  SAMPLE,
  vendorA,
  withSpec,
} from '../contract/samples.ts';
import { planFor } from './planning.ts';

const swap = (...changed: readonly Resource[]) =>
  SAMPLE.map(entry => changed.find(each => each.address === entry.address) ?? entry);
const rule = vendorA.spec.links[0]?.rules[0];

describe('the text of a plan', () => {
  it('says that there is nothing to do', () => {
    assert.deepEqual(renderPlan(planFor(SAMPLE, SAMPLE)), ['Nothing to do. Everything runs as drawn.']);
  });

  it('names the driver that was a choice, and why it was taken, where steps are about its kind', () => {
    const facts = KINDS.map(kind => ({
      ...factsOf(kind, {}),
      ...(kind === 'vm' ? { driver: 'v86', label: 'emulated' as const, because: 'QEMU is not installed here' } : {}),
    }));
    const lines = (there: readonly Resource[], wanted: readonly Resource[]) =>
      renderPlan(plan({ design: designOf(wanted), observed: observedOf(there), facts, label: 'emulated' }).plan);
    const restarted = lines(SAMPLE, swap(withSpec(robotA, { memoryMiB: 256 })));
    assert.equal(restarted[1], 'vm by v86 (emulated): QEMU is not installed here.');
    const other = lines(SAMPLE, swap(withSpec(plant, { role: 'uplink' })));
    assert.ok(!other.some(line => line.includes('v86')));
  });

  it('reads like a shift hand-over', () => {
    assert.ok(rule !== undefined);
    const [link] = vendorA.spec.links;
    assert.ok(link !== undefined);
    const links = [
      {
        ...link,
        rules: [
          { ...rule, ports: ['503'] },
          { ...rule, id: 'time', protocol: 'udp' as const },
        ],
      },
    ];
    const policy = withSpec(vendorA, { links });
    const other = resource('segment', 'cell-b', { ...cellA.spec, tenant: 'vendor-b', vswitch: 'cell-b', vni: 5002 });
    const gone = resource('vm', 'old', { ...robotA.spec, tenant: 'vendor-b', nics: [] });
    const wanted = [...swap(withSpec(robotA, { memoryMiB: 256 }), policy, withSpec(plant, { role: 'uplink' })), other];
    assert.deepEqual(renderPlan(planFor([...SAMPLE, gone], wanted)), [
      'cell-7 (simulated), generation 1 to 2: 1 to create, 3 to change, 1 to remove.',
      '',
      'What people will notice',
      '  vendor-b  old goes away. Its own state is lost; this cannot be undone.',
      '  vendor-a  robot-a restarts and is down for about 18 s.',
      '  vendor-a  Traffic through plc-guard meets other rules.',
      '',
      'vendor-a',
      '  ~   vm.cell-7/robot-a  memoryMiB takes effect with a restart',
      '        memoryMiB: 112 → 256',
      '  ~   policy.cell-7/vendor-a  links changes in place',
      '        links[plc-guard@edge.cell-7/plant-edge.cell-a].rules[modbus].ports[0]: 502 → 503',
      '        links[plc-guard@edge.cell-7/plant-edge.cell-a].rules[time]: new, id time, direction outbound, action accept, protocol udp, destinations 192.168.50.10/32, ports 502',
      '',
      'vendor-b',
      '! -   vm.cell-7/old  there, and no longer drawn; cannot be undone',
      '  +   segment.cell-7/cell-b  drawn, and not there yet',
      '',
      'shared',
      '  ~   uplink.cell-7/plant  role changes in place',
      '        role: plant → uplink',
    ]);
  });

  it('adds up how long a port is cut off', () => {
    const facts = {
      segment: { mutable: {} },
      edge: { mutable: {}, seconds: { create: 100, update: 0, restart: 0, remove: 1 } },
    };
    const text = renderPlan(
      planFor(SAMPLE, swap(withSpec(cellA, { mtu: 1400 }), withSpec(plantEdge, { nat: false })), facts),
    );
    assert.equal(text[3], '  vendor-a  robot-a.eth0 has no network for about 2 min.');
  });

  it('says which ports lose a way for good', () => {
    const text = renderPlan(planFor(SAMPLE, [...SAMPLE.filter(entry => entry !== plantEdge)]));
    assert.equal(text[3], '  vendor-a  robot-a.eth0 loses its way through plant-edge.cell-a.');
    assert.equal(text[4], '');
  });

  it('says that nobody will notice', () => {
    assert.equal(renderPlan(planFor([], SAMPLE))[2], 'Nobody will notice.');
  });

  it('counts the fields it does not list', () => {
    const ips = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 1}`);
    const text = renderPlan(planFor([withSpec(robotPort, { ips: [] }), cellA], [withSpec(robotPort, { ips }), cellA]));
    assert.equal(text.at(-1), '        and 8 more');
    assert.equal(text.length, 5 + 1 + 12 + 1);
  });

  it('keeps hostile values on one line and without control characters', () => {
    const value = 'a\nb\u001b[2J\u202ec\u2028';
    assert.equal(renderValue(value), 'a\\u{000a}b\\u{001b}[2J\\u{202e}c\\u{2028}');
    assert.equal(renderValue('x'.repeat(500)).length, 160);
  });

  it('says none for what is absent or empty', () => {
    assert.deepEqual([undefined, [], false, 0].map(renderValue), ['none', 'none', 'false', '0']);
  });
});
