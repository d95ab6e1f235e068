import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { MOST_UNFINISHED, putFragment, Reassembly } from '../../../runtime/switch/router/reassembly.ts';
import { ipFrame, type Packet } from '../../drivers/nftables/frame.ts';
import { fault, OUTWARD } from './leg-world.ts';

const PACKET: Packet = {
  ...{ protocol: 'udp', source: '10.0.0.7', destination: '192.168.50.10', sourcePort: 7, destinationPort: 8 },
};

/** A whole packet of some length, whose bytes all differ from their neighbours. */
function whole(payload: number): Buffer {
  const frame = Buffer.concat([ipFrame(OUTWARD, PACKET).subarray(0, 34), Buffer.alloc(payload)]);
  for (let index = 0; index < payload; index += 1) frame[34 + index] = (index * 7) & 0xff;
  const out = Buffer.alloc(frame.length);
  putFragment(out, frame, frame.length, 0, payload);
  return out;
}

function pieces(frame: Buffer, most: number): Buffer[] {
  const made: Buffer[] = [];
  for (let start = 0; 34 + start < frame.length; start += most) {
    const out = Buffer.alloc(2_000);
    made.push(out.subarray(0, putFragment(out, frame, frame.length, start, most)));
  }
  return made;
}

function read(frame: Uint8Array): PacketView {
  const view = new PacketView();
  assert.ok(view.read(frame) && view.isIpv4);
  return view;
}

describe('packets in pieces', () => {
  it('are whole again in whatever order the pieces come', () => {
    const order = fc.integer({ min: 9, max: 9_000 }).chain(size => {
      const made = pieces(whole(size), 1_480);
      return fc.record({ size: fc.constant(size), made: fc.shuffledSubarray(made, { minLength: made.length }) });
    });
    fc.assert(
      fc.property(order, ({ size, made }) => {
        const reassembly = new Reassembly();
        // Every piece comes in the same buffer, as from a socket.
        const buffer = Buffer.alloc(2_000);
        const results = made.map(piece => {
          piece.copy(buffer);
          return reassembly.add(read(buffer.subarray(0, piece.length)), 0);
        });
        const last = results.pop();
        assert.ok(results.every(result => result === 'fragment'));
        assert.ok(last instanceof Uint8Array);
        assert.deepEqual(Buffer.from(last), whole(size));
        assert.equal(reassembly.size, 0);
      }),
      { numRuns: 50 },
    );
  });

  it('are each a sound packet of their own, no longer than they may be', () => {
    for (const piece of pieces(whole(4_000), 1_480)) {
      assert.ok(piece.length <= 1_514);
      assert.equal(read(piece).end, piece.length);
      assert.notEqual(fault(piece), 'the checksum of IPv4');
    }
  });

  it('are given up when pieces overlap, after their time, and when there are too many', () => {
    const [first, second] = pieces(whole(2_000), 1_480) as [Buffer, Buffer];
    const reassembly = new Reassembly();
    reassembly.add(read(first), 0);
    assert.equal(reassembly.add(read(first), 0), 'malformed');
    assert.equal(reassembly.size, 0);
    reassembly.add(read(first), 0);
    assert.equal(reassembly.add(read(second), 30_000), 'fragment', 'the first is forgotten');
    for (let number = 0; number < 200; number += 1) {
      const view = read(first);
      view.identification = number;
      reassembly.add(view, 30_000);
    }
    assert.equal(reassembly.size, MOST_UNFINISHED);
  });
});
