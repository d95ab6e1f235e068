// Frames as node-red-contrib-socketcan writes them: `{canid, ext, rtr, canfd, dlc, data}`, or text such as `123#DEADBEEF`.
import { type FlowNode, isRecord } from '../../compile/flow-node.ts';
import { injectedPayload, rawField, wholeNumber } from '../foreign-fields.ts';
import type { CanAccess, ForeignFlow } from '../foreign-type.ts';

export const CAN_PACK = 'node-red-contrib-socketcan';

const [MOST_STANDARD, MOST_EXTENDED] = [0x7ff, 0x1fff_ffff];

export interface InjectedFrames {
  readonly access: readonly CanAccess[];
  /** Whether a node before it makes its frames in a way that the flow does not show. */
  readonly open: boolean;
}

/** Identifiers that inject nodes before a node have written in them. */
export function injectedFrames(node: FlowNode, flow: ForeignFlow): InjectedFrames {
  const found = flow.before(node).map(before => sentBy(injectedPayload(before)));
  return { access: found.filter(one => one !== undefined), open: found.some(one => one === undefined) };
}

function sentBy(payload: unknown): CanAccess | undefined {
  if (typeof payload === 'string') {
    const [, id] = /^\s*([0-9a-f]{1,8})#/i.exec(payload) ?? [];
    return id === undefined ? undefined : accessOf(Number.parseInt(id, 16), id.length > 3);
  }
  if (!isRecord(payload)) return undefined;
  const id = wholeNumber(rawField(payload, 'canid'));
  return id === undefined ? undefined : accessOf(id, Boolean(rawField(payload, 'ext')) || id > MOST_STANDARD);
}

function accessOf(id: number, extended: boolean): CanAccess | undefined {
  if (id > (extended ? MOST_EXTENDED : MOST_STANDARD)) return undefined;
  return { of: 'can', direction: 'from-vm', id, extended };
}

/** What the pack sends to other nodes, out of what a bus tells. */
export const HEARD = [
  'const { atMs, id, ext, rtr, data } = msg.payload;',
  "const bytes = Buffer.from(data ?? '', 'hex');",
  'msg.payload = {',
  '    timestamp: atMs * 1000, canid: id, ext, rtr,',
  '    dlc: bytes.length, data: [...bytes], rawData: bytes,',
  '};',
].join('\n');

/** What a bus takes, out of what the pack takes. */
export const SENT = [
  "if (typeof msg.payload === 'string') {",
  "    const [id, data = ''] = msg.payload.trim().split(/##?/);",
  "    const rtr = data.toUpperCase() === 'R';",
  '    msg.payload = {',
  '        id: parseInt(id, 16), ext: id.length > 3,',
  "        ...(rtr ? { rtr, length: 0 } : { data }), ...(msg.payload.includes('##') ? { fd: true } : {}),",
  '    };',
  '} else {',
  '    const { canid, ext, rtr, canfd, dlc, data } = msg.payload;',
  "    const bytes = typeof data === 'string' ? data.split(',').map(Number) : [...(data ?? [])];",
  '    msg.payload = {',
  '        id: canid, ext: Boolean(ext) || canid > 0x7ff,',
  '        ...(rtr ? { rtr: true, length: dlc ?? 0 } : { data: bytes }), ...(canfd ? { fd: true } : {}),',
  '    };',
  '}',
].join('\n');
