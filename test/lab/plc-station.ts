// The plant behind an embedded gateway's uplink: one PLC that answers ARP for its address, and every request for a TCP connection.
import type { Cables } from '../../runtime/host/cables.ts';
import { arpFrame, ipFrame, readPacket } from '../drivers/nftables/frame.ts';

const PLC = { mac: '02:00:00:00:50:10', ip: '192.168.50.10' } as const;

/**
 * Takes the card's end of the plant's cable.
 * @param asked  told of every request for a connection: who asks, and on which port
 */
export function standInForPlc(cables: Cables, uplink: string, asked: (source: string, port: number) => void): void {
  const end = cables.plug(uplink, 'station', bytes => {
    const frame = Buffer.from(bytes);
    const sourceMac = frame
      .subarray(6, 12)
      .toString('hex')
      .replace(/..(?!$)/g, '$&:');
    const ends = { sourceMac: PLC.mac, targetMac: sourceMac };
    if (frame.readUInt16BE(12) === 0x0806 && frame.readUInt16BE(20) === 1) {
      const [sender, target] = [frame.subarray(28, 32).join('.'), frame.subarray(38, 42).join('.')];
      if (target !== PLC.ip) return;
      const reply = arpFrame(ends, PLC.mac, PLC.ip, sender);
      reply.writeUInt16BE(2, 20);
      frame.copy(reply, 32, 6, 12);
      end.send(reply);
    }
    const packet = readPacket(frame);
    if (packet?.protocol !== 'tcp' || packet.destination !== PLC.ip || (frame[47] ?? 0) !== 2) return;
    const { source, destination, sourcePort, destinationPort } = packet;
    asked(source, destinationPort);
    const back = { source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort };
    end.send(ipFrame(ends, { protocol: 'tcp', ...back, reply: true }));
  });
}
