// Dell Edge Gateway 5000 and 5100. Its I/O module, CAN included, is behind USB, so USB redirection is the way to it.
import { describeBox } from '../describe-box.ts';

export const dellEdgeGateway5000 = describeBox({
  name: 'dell-edge-gateway-5000',
  vendor: 'Dell',
  model: 'Edge Gateway 5000',
  cpu: { brand: 'Intel Atom E3825', cores: 2, vtd: false },
  memoryMiB: 2048,
  ethernetMbps: [1000, 1000],
  serial: ['rs232', 'rs485', 'rs485', 'rs422-485'],
  others: ['gpio', 'wifi', 'cellular'],
  tpm: { present: true },
});
