// Ports and rules of lines, as tests draw them.
import type { LineGuard, LinePort, LineRule, LineSpec } from '../../../runtime/model/kinds/line.ts';

/** A rule that says what is given, and of everything else nothing. */
export function rule(id: string, changes: Readonly<Record<string, unknown>>): LineRule {
  return { id, units: [], functions: [], registers: [], values: [], action: 'accept', log: false, ...changes };
}

/** Reads and nothing else. */
export const reads: LineGuard = { firewall: 'guard', rules: [rule('read', { functions: [1, 2, 3, 4] })] };

/** The port of a VM of cell-7. */
export function port(vm: string, tenant: string, ...guards: readonly LineGuard[]): LinePort {
  return { vm: `vm.cell-7/${vm}`, tenant, guards: [...guards] };
}

/** A Modbus line at a serial port. */
export function serialLine(device: string, rest: Pick<LineSpec, 'messages' | 'ports'>): LineSpec {
  const settings = { carrier: 'rtu', path: device, baudRate: 115_200, parity: 'none', stopBits: 2, answerMs: 300 };
  return { protocol: 'modbus', settings, device, ...rest };
}

/** A Modbus line to a device on the network. */
export function socketLine(tcpPort: number, rest: Pick<LineSpec, 'messages' | 'ports'>, answerMs = 500): LineSpec {
  const settings = { carrier: 'tcp', host: '127.0.0.1', port: tcpPort, answerMs };
  return { protocol: 'modbus', settings, device: `tcp://127.0.0.1:${tcpPort}`, ...rest };
}
