// The frames every path carries: UDP packets of 64 flows between two stations, of the sizes and in the proportions that are
// usual for measuring routers ("simple IMIX", 7 small : 4 medium : 1 full), over a segment whose packets are at most 1450 bytes.
import type { Resource } from '../../../runtime/model/resource.ts';
import { cellA, resource, robotPort, withSpec } from '../../contract/samples.ts';
import { anyIpFrame } from '../../drivers/nftables/frame.ts';
import { binding, link, policy, rule } from '../../drivers/nftables/policies.ts';

const FLOWS = 64;
/** Bytes of a frame without its check sequence. */
const SIZES = [60, 590, 60, 60, 590, 60, 1464, 60, 590, 60, 590, 60];
const PORT = 9000;
const [UDP, UDP_HEADER, BEFORE_UDP] = [17, 8, 34];

export interface Place {
  readonly port: Resource<'port'>;
  readonly mac: string;
  readonly ip: string;
}

export const SEGMENT = withSpec(cellA, { mode: 'local' });
export const SENDER: Place = { port: robotPort, mac: '02:00:00:00:00:07', ip: '10.0.0.7' };
export const RECEIVER: Place = {
  port: resource(
    'port',
    'robot-b.eth0',
    { ...robotPort.spec, vm: 'robot-b', mac: '02:00:00:00:00:08', ips: ['10.0.0.8'] },
    [cellA.address],
  ),
  mac: '02:00:00:00:00:08',
  ip: '10.0.0.8',
};

/** Sixteen rules that do not fit, and one that lets the flows pass; both stations are who they are drawn to be. */
export const POLICY: Resource<'policy'> = policy(
  [SENDER, RECEIVER].map(({ port, mac, ip }) => binding(port.address, mac, ip)),
  [
    link(
      'guard',
      RECEIVER.port.address,
      'to-port',
      ...Array.from({ length: 16 }, (_, index) =>
        rule(`other-${index}`, { protocol: 'tcp', destinations: [`10.0.1.${index}/32`], ports: [String(502 + index)] }),
      ),
      rule('flows', { protocol: 'udp', destinations: [`${RECEIVER.ip}/32`], ports: [String(PORT)] }),
    ),
  ],
);

/** From the sender to the receiver, one after the other. */
export function mix(): readonly Buffer[] {
  const ends = { sourceMac: SENDER.mac, targetMac: RECEIVER.mac };
  const header = { source: SENDER.ip, destination: RECEIVER.ip, protocol: UDP };
  return Array.from({ length: FLOWS * SIZES.length }, (_, index) => {
    const body = Buffer.alloc((SIZES[index % SIZES.length] ?? 0) - BEFORE_UDP);
    body.writeUInt16BE(40_000 + (index % FLOWS), 0);
    body.writeUInt16BE(PORT, 2);
    body.writeUInt16BE(body.length, 4);
    return anyIpFrame(ends, header, body.fill(0x55, UDP_HEADER));
  });
}
