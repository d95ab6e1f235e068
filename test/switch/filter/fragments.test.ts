import assert from 'node:assert/strict';
import { PolicyFilter } from '../../../runtime/switch/filter/policy-filter.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { anyIpFrame, type Packet, transport } from '../../drivers/nftables/frame.ts';
import { link, policy, rule } from '../../drivers/nftables/policies.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const ENDS = { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' };
const SPEC = policy(
  [],
  [link('guard', EDGE, 'to-port', rule('app', { protocol: 'udp', ports: ['502'] }), rule('tcp', { protocol: 'tcp' }))],
).spec;
const MORE = 0x2000;

describe('a packet in fragments over a policed link', () => {
  const view = new PacketView();
  let clock: number;
  let filter: PolicyFilter;
  beforeEach(() => {
    clock = 1;
    filter = new PolicyFilter(SPEC, SEGMENT, { now: () => clock, flows: 1024 });
  });
  const request = (fields: Partial<Packet> = {}): Packet => ({
    ...{ protocol: 'udp', source: '10.0.0.1', destination: '10.0.0.2' },
    ...{ sourcePort: 40_000, destinationPort: 502, ...fields },
  });
  const header = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 };
  const sends = (frame: Buffer, from: string = ROBOT, to: string = EDGE) => {
    assert.ok(view.read(frame));
    return filter.passes(from, to, view);
  };
  const first = (identification: number, fields: Partial<Packet> = {}) => {
    const body = Buffer.concat([transport(request(fields)), Buffer.alloc(12)]);
    return anyIpFrame(ENDS, { ...header, identification, fragment: MORE }, body.subarray(0, 24));
  };
  const later = (identification: number, offset: number, fields: Partial<typeof header> = {}) =>
    anyIpFrame(ENDS, { ...header, ...fields, identification, fragment: offset / 8 }, Buffer.alloc(40));

  it('passes when its first fragment does, whoever else sends the same', () => {
    assert.equal(sends(first(1)), true);
    assert.equal(sends(later(1, 24)), true);
    assert.equal(sends(later(1, 64)), true);
    assert.equal(sends(later(2, 24)), false, 'of another packet');
    assert.equal(sends(later(1, 24, { source: '10.0.0.3' })), false, 'of another sender');
    assert.equal(sends(later(1, 24), 'uplink.cell-7/plant', EDGE), false, 'from another port');
    assert.equal(filter.counters().dropped.invalid.packets, 3);
  });

  it('is refused when its first fragment is, or was not seen', () => {
    assert.equal(sends(first(1, { destinationPort: 503 })), false);
    assert.equal(sends(later(1, 24)), false);
    assert.equal(sends(later(3, 24)), false);
  });

  it('is forgotten when a second beginning is refused', () => {
    assert.equal(sends(first(1)), true);
    assert.equal(sends(first(1, { destinationPort: 503 })), false);
    assert.equal(sends(later(1, 24)), false);
  });

  it('may not write over what was tested', () => {
    assert.equal(sends(first(1)), true);
    assert.equal(sends(later(1, 8)), false);
    const beginning = transport(request({ protocol: 'tcp' }));
    beginning.writeUInt8(0x60, 12);
    const cut = anyIpFrame(ENDS, { ...header, protocol: 6, identification: 2, fragment: MORE }, beginning);
    assert.equal(sends(cut), false, 'a TCP header that goes on in the next fragment');
  });

  it('is waited for as long as in Linux, and not over a change of the rules', () => {
    assert.equal(sends(first(1)), true);
    clock += 29_000;
    assert.equal(sends(later(1, 24)), true);
    clock += 2_000;
    assert.equal(sends(later(1, 24)), false);
    assert.equal(sends(first(2)), true);
    filter.change(SPEC);
    assert.equal(sends(later(2, 24)), false);
  });

  it('is one of a bounded number: a flood of beginnings keeps none for long, and passes nothing it should not', () => {
    for (let identification = 1; identification < 20_000; identification += 1)
      assert.equal(sends(first(identification)), true);
    let kept = 0;
    for (let identification = 1; identification < 20_000; identification += 1)
      if (sends(later(identification, 24))) kept += 1;
    assert.ok(kept > 500 && kept <= 1_024, `${kept} kept`);
  });
});
