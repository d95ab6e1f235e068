// Dell Edge Gateway 3001, the one with serial ports and GPIO. Its siblings have CAN (3002) or video (3003) instead.
import { describeBox } from '../describe-box.ts';

export const dellEdgeGateway3001 = describeBox({
  name: 'dell-edge-gateway-3001',
  vendor: 'Dell',
  model: 'Edge Gateway 3001',
  cpu: { brand: 'Intel Atom E3805', vtd: false },
  memoryMiB: 2048,
  ethernetMbps: [1000, 1000],
  serial: ['rs232-422-485', 'rs232-422-485'],
  others: ['gpio', 'wifi'],
  tpm: { present: true, version: '2.0' },
});
