import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ipv4ToNumber } from '../../../runtime/model/network.ts';
import { addWords, foldSum, pseudoSum } from '../../../runtime/switch/packet/checksum.ts';
import { PacketView } from '../../../runtime/switch/packet/view.ts';
import { lessToLive, putAddress, putPort } from '../../../runtime/switch/router/rewrite.ts';
import { ipFrame } from '../../drivers/nftables/frame.ts';

const ENDS = { sourceMac: '02:00:00:00:00:07', targetMac: '02:00:00:00:00:08' };
const PACKET = { source: '10.0.0.7', destination: '192.168.50.10', sourcePort: 40_000, destinationPort: 502 } as const;
const UINT32 = fc.integer({ min: 0, max: 0xffffffff });
const PORT = fc.integer({ min: 0, max: 0xffff });

describe('a packet, rewritten', () => {
  const view = new PacketView();

  it('has the checksums that one sent like that would have', () => {
    fc.assert(
      fc.property(UINT32, UINT32, PORT, (source, target, port) => {
        const frame = ipFrame(ENDS, { ...PACKET, protocol: 'tcp' });
        putAddress(frame, 14, 12, source, frame.length);
        putAddress(frame, 14, 16, target, frame.length);
        putPort(frame, 14, 0, port, frame.length);
        lessToLive(frame, 14);
        assert.ok(view.read(frame) && view.hasTransport);
        assert.deepEqual([view.sourceIp, view.targetIp, view.sourcePort, view.ttl], [source, target, port, 63]);
        assert.equal(foldSum(addWords(0, frame, 14, 34)), 0, 'IPv4');
        assert.equal(foldSum(addWords(pseudoSum(frame, 14, 6, 20), frame, 34, 54)), 0, 'TCP');
      }),
    );
  });

  it('stays without a checksum when UDP had none, and stays damaged when it was', () => {
    const udp = ipFrame(ENDS, { ...PACKET, protocol: 'udp' });
    putAddress(udp, 14, 12, ipv4ToNumber('172.16.0.2'), udp.length);
    assert.equal(udp.readUInt16BE(40), 0);
    const tcp = ipFrame(ENDS, { ...PACKET, protocol: 'tcp' });
    tcp.writeUInt8(tcp.readUInt8(40) ^ 1, 40);
    putAddress(tcp, 14, 12, ipv4ToNumber('172.16.0.2'), tcp.length);
    assert.notEqual(foldSum(addWords(pseudoSum(tcp, 14, 6, 20), tcp, 34, 54)), 0);
  });

  it('is not written to beyond its end', () => {
    const frame = ipFrame(ENDS, { ...PACKET, protocol: 'tcp' });
    const before = frame.readUInt16BE(50);
    putAddress(frame, 14, 12, 1, 42);
    assert.equal(frame.readUInt16BE(50), before, 'a quoted packet has no such bytes');
  });
});
