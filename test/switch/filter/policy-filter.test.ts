import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PolicyFilter } from '../../../runtime/switch/filter/policy-filter.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { arpFrame, ip6Frame, ipFrame, type Packet } from '../../drivers/nftables/frame.ts';
import { binding, link, policy, rule } from '../../drivers/nftables/policies.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const MACS = { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' };
const MODBUS = rule('modbus', { protocol: 'tcp', destinations: ['10.0.0.2/32'], ports: ['502'] });
const GUARDED = policy([binding(ROBOT, MACS.sourceMac, '10.0.0.1')], [link('guard', EDGE, 'to-port', MODBUS)]).spec;

describe('the filter of a segment', () => {
  const view = new PacketView();
  let clock = 1;
  const make = (spec = GUARDED, flows = 1024) => new PolicyFilter(spec, SEGMENT, { now: () => clock, flows });
  const sends = (filter: PolicyFilter, frame: Buffer, from: string = ROBOT, to: string = EDGE) =>
    view.read(frame) && filter.admits(from, view) && filter.passes(from, to, view);
  const request = (fields: Partial<Packet> = {}): Packet => ({
    ...{ protocol: 'tcp', source: '10.0.0.1', destination: '10.0.0.2' },
    ...{ sourcePort: 40_000, destinationPort: 502, ...fields },
  });
  const reply = request({
    source: '10.0.0.2',
    destination: '10.0.0.1',
    sourcePort: 502,
    destinationPort: 40_000,
    reply: true,
  });

  it('lets pass what a rule accepts and its replies, refuses the rest, and counts both', () => {
    const filter = make();
    assert.equal(sends(filter, ipFrame(MACS, reply), EDGE, ROBOT), false, 'a reply to nothing');
    assert.equal(sends(filter, ipFrame(MACS, request())), true);
    assert.equal(sends(filter, ipFrame(MACS, reply), EDGE, ROBOT), true);
    assert.equal(sends(filter, ipFrame(MACS, request({ destinationPort: 503 }))), false);
    const { counters, dropped } = filter.counters();
    assert.deepEqual(counters[`guard@${EDGE}`], {
      default: { packets: 1, bytes: 40 },
      modbus: { packets: 2, bytes: 80 },
    });
    assert.deepEqual(dropped.invalid, { packets: 1, bytes: 40 });
  });

  it('refuses forged senders by their kind, and IPv6 over a policed link', () => {
    const filter = make();
    assert.equal(sends(filter, ipFrame({ ...MACS, sourceMac: '02:00:00:00:00:66' }, request())), false);
    assert.equal(sends(filter, ipFrame(MACS, request({ source: '10.0.0.9' }))), false);
    assert.equal(sends(filter, arpFrame(MACS, MACS.sourceMac, '10.0.0.9', '10.0.0.2')), false);
    assert.equal(sends(filter, ip6Frame(MACS)), false);
    assert.equal(sends(filter, arpFrame(MACS, MACS.sourceMac, '10.0.0.1', '10.0.0.2')), true);
    assert.equal(sends(filter, ip6Frame(MACS), EDGE, ROBOT), false);
    const { spoofed, dropped } = filter.counters();
    const figures = spoofed[ROBOT];
    assert.deepEqual(
      [figures?.mac, figures?.ip, figures?.arp, figures?.other].map(each => each?.packets),
      [1, 1, 1, 1],
    );
    assert.equal(dropped.notIp.packets, 1);
  });

  it('forgets a request that was not answered in time', () => {
    const filter = make();
    assert.equal(sends(filter, ipFrame(MACS, request())), true);
    clock += 121_000;
    assert.equal(sends(filter, ipFrame(MACS, reply), EDGE, ROBOT), false);
  });

  it('cuts a flow when its rule is withdrawn and knows it again when the rule is back', () => {
    const filter = make();
    assert.equal(sends(filter, ipFrame(MACS, request())), true);
    filter.change({ ...GUARDED, links: [link('guard', EDGE, 'to-port')] });
    assert.equal(sends(filter, ipFrame(MACS, reply), EDGE, ROBOT), false);
    filter.change(GUARDED);
    assert.equal(sends(filter, ipFrame(MACS, reply), EDGE, ROBOT), true);
  });

  it('never throws, whatever the bytes', () => {
    const filter = make();
    const head = ipFrame(MACS, request()).subarray(0, 14);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
        const verdict = sends(filter, Buffer.concat([head, bytes]), EDGE, ROBOT);
        assert.equal(typeof verdict, 'boolean');
      }),
    );
  });
});
