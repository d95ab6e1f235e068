// What one request of Modbus touches. Functions of the Modbus Application Protocol V1.1b3, clause 6.
import { type FlowNode, isRecord } from '../../compile/flow-node.ts';
import { injectedPayload, rawField, textField, wholeField, wholeNumber } from '../foreign-fields.ts';
import type { ForeignFlow, ModbusAccess } from '../foreign-type.ts';

/** Most that a request may ask for, by function. */
const MOST: Readonly<Record<number, number>> = { 1: 2000, 2: 2000, 3: 125, 4: 125, 5: 1, 6: 1, 15: 1968, 16: 123 };

/** A request, or why it is none. */
export function accessOf(unit: unknown, code: unknown, address: unknown, quantity: unknown): ModbusAccess | string {
  const [of, first] = [wholeNumber(unit), wholeNumber(address)];
  const asked = wholeNumber(code);
  const most = asked === undefined ? undefined : MOST[asked];
  if (of === undefined || of > 255) return 'its unit is no number from 0 to 255';
  if (asked === undefined || most === undefined) return 'its function is none of 1, 2, 3, 4, 5, 6, 15 and 16';
  if (first === undefined || first > 0xffff) return 'its address is no number from 0 to 65535';
  const count = most === 1 ? 1 : wholeNumber(quantity);
  if (count === undefined || count < 1 || count > most) return `its quantity is no number from 1 to ${most}`;
  if (first + count > 0x10000) return 'it reaches beyond address 65535';
  return { of: 'modbus', unit: of, function: asked, first, count };
}

/** The unit a node asks: its own, or else that of its client, as the pack does it. */
export function unitOf(node: FlowNode, flow: ForeignFlow): number | string {
  const own = textField(node, 'unitid');
  return own === '' ? unitOfClient(node, flow) : (wholeNumber(own) ?? own);
}

export function unitOfClient(node: FlowNode, flow: ForeignFlow): number {
  const client = flow.node(textField(node, 'server'));
  return (client === undefined ? undefined : wholeField(client, 'unit_id')) ?? 1;
}

/** As many as are written, when nobody says how many. */
function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}

export interface Injected {
  readonly access: readonly ModbusAccess[];
  /** Whether a node before it makes its requests in a way that the flow does not show. */
  readonly open: boolean;
}

/** The requests that inject nodes before a node have written in them. */
export function injectedRequests(node: FlowNode, flow: ForeignFlow): Injected {
  const client = unitOfClient(node, flow);
  const found = flow.before(node).map(before => {
    const payload = injectedPayload(before);
    if (!isRecord(payload)) return undefined;
    const field = (name: string) => rawField(payload, name);
    const access = accessOf(
      field('unitid') ?? client,
      field('fc'),
      field('address'),
      field('quantity') ?? countOf(field('value')),
    );
    return typeof access === 'string' ? undefined : access;
  });
  return { access: found.filter(one => one !== undefined), open: found.some(one => one === undefined) };
}
