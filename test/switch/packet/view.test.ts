import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ipv4ToNumber } from '../../../runtime/model/network.ts';
import { addWords, foldSum, pseudoSum } from '../../../runtime/switch/packet/checksum.ts';
import { isGroup, macToNumber, numberToMac } from '../../../runtime/switch/packet/mac.ts';
import { IP, PacketView } from '../../../runtime/switch/packet/view.ts';
import { arpFrame, ip6Frame, ipFrame, type Packet, taggedFrame } from '../../drivers/nftables/frame.ts';

const ENDS = { sourceMac: '02:00:00:00:00:07', targetMac: '02:00:00:00:00:08' };
const PACKET: Packet = {
  ...{ protocol: 'tcp', source: '10.0.0.7', destination: '192.168.50.10' },
  ...{ sourcePort: 40_000, destinationPort: 502 },
};

describe('a frame, read', () => {
  const view = new PacketView();

  it('shows the ends and ports of TCP and UDP', () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.ok(view.read(ipFrame(ENDS, { ...PACKET, protocol })));
      assert.deepEqual([numberToMac(view.sourceMac), numberToMac(view.targetMac)], [ENDS.sourceMac, ENDS.targetMac]);
      assert.ok(view.isIpv4 && view.hasTransport);
      assert.deepEqual([view.sourceIp, view.targetIp], [ipv4ToNumber('10.0.0.7'), ipv4ToNumber('192.168.50.10')]);
      assert.deepEqual([view.protocol, view.sourcePort, view.targetPort], [IP[protocol], 40_000, 502]);
    }
    view.read(ipFrame(ENDS, { ...PACKET, reply: true }));
    assert.equal(view.tcpFlags, 0x12, 'SYN and ACK');
  });

  it('shows the type and identifier of an ICMP echo', () => {
    view.read(ipFrame(ENDS, { ...PACKET, protocol: 'icmp' }));
    assert.deepEqual([view.icmpType, view.icmpCode, view.icmpId], [8, 0, 40_000]);
  });

  it('shows who asks for whom in ARP', () => {
    view.read(arpFrame(ENDS, ENDS.sourceMac, '10.0.0.7', '10.0.0.1'));
    assert.ok(view.isArp && !view.isIpv4);
    assert.equal(view.arpOperation, 1);
    assert.deepEqual([view.arpSenderIp, view.arpTargetIp], [ipv4ToNumber('10.0.0.7'), ipv4ToNumber('10.0.0.1')]);
    assert.equal(view.arpSenderMac, macToNumber(ENDS.sourceMac));
  });

  it('does not look behind a tag, nor into IPv6', () => {
    for (const frame of [taggedFrame(ENDS, PACKET, 12), ip6Frame(ENDS)]) {
      assert.ok(view.read(frame));
      assert.ok(!view.isIpv4 && !view.isArp && !view.hasTransport);
    }
  });

  it('is no IPv4 when it announces more bytes than there are, and has no ports when they are cut off', () => {
    const frame = ipFrame(ENDS, PACKET);
    for (let length = 0; length < frame.length; length += 1) {
      assert.equal(view.read(frame.subarray(0, length)), length >= 14);
      assert.ok(!view.isIpv4 && !view.hasTransport, `${length} bytes`);
    }
    const short = Buffer.from(frame);
    short.writeUInt16BE(39, 16);
    view.read(short);
    assert.ok(view.isIpv4 && !view.hasTransport, 'one byte less than a TCP header');
  });

  it('has no ports in a later fragment', () => {
    const frame = ipFrame(ENDS, PACKET);
    frame.writeUInt16BE(0x2001, 20);
    view.read(frame);
    assert.ok(view.isIpv4 && !view.hasTransport && view.moreFragments);
    assert.equal(view.fragmentOffset, 8);
  });

  it('never throws, whatever the bytes are, and never points behind the end', () => {
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.constantFrom(0x0800, 0x0806), fc.uint8Array({ maxLength: 80 }))
        .map(([type, tail]) => Buffer.concat([Buffer.alloc(12), Buffer.from([type >> 8, type & 255]), tail])),
    );
    fc.assert(
      fc.property(frames, bytes => {
        view.read(bytes);
        if (view.isIpv4) assert.ok(view.payload <= view.end && view.end <= bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a checksum', () => {
  it('of a header and of TCP with its pseudo header comes out as zero over a frame that is in order', () => {
    const frame = ipFrame(ENDS, PACKET);
    assert.equal(foldSum(addWords(0, frame, 14, 34)), 0);
    const length = frame.length - 34;
    assert.equal(foldSum(addWords(pseudoSum(frame, 14, IP.tcp, length), frame, 34, frame.length)), 0);
  });

  it('counts an odd last byte as if a zero followed', () => {
    assert.equal(foldSum(addWords(0, Uint8Array.of(1, 2, 3), 0, 3)), foldSum(0x0102 + 0x0300));
  });
});

describe('a MAC address as a number', () => {
  it('goes there and back, and tells groups from stations', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), bytes => {
        const text = Buffer.from(bytes)
          .toString('hex')
          .replace(/..(?!$)/g, '$&:');
        assert.equal(numberToMac(macToNumber(text)), text);
        assert.equal(isGroup(macToNumber(text)), ((bytes[0] as number) & 1) === 1);
      }),
    );
  });
});
