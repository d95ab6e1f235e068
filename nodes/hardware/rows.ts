// The connectors of a drawing, one row each, as the sockets of a box suggest them. Pure; runs in the editor too.
import type { InterfaceRole } from '../../runtime/model/kinds/uplink.ts';
import type { ConnectorKind } from '../../runtime/model/wire.ts';
import type { Socket } from './sockets.ts';

/** Rows of the list of connectors, the most it takes. */
export const MOST_ROWS = 64;

export interface ConnectorRow {
  readonly label: string;
  readonly kind: ConnectorKind;
  readonly device: string;
  readonly role: InterfaceRole;
  readonly mac: string;
}

/** One row for each socket that can be wired. Without a better word the first network socket is for management. */
export function rowsOf(sockets: readonly Socket[]): readonly ConnectorRow[] {
  const managed = sockets.some(({ management }) => management)
    ? ({ management }: Socket) => management
    : (socket: Socket) => socket === sockets.find(({ connector }) => connector === 'ethernet');
  return sockets.flatMap(socket => rowOf(socket, managed(socket) ? 'management' : 'plant')).slice(0, MOST_ROWS);
}

/** The row of one socket; none when no wire leads to it. */
export function rowOf({ name, connector, device, mac }: Socket, role: InterfaceRole): readonly ConnectorRow[] {
  return connector === undefined ? [] : [{ label: name, kind: connector, device, role, mac }];
}

/**
 * Which new row an old one goes on as, so that its wires stay with it: the one with its label, or else the next of its kind.
 * @returns by place among the old rows, the place among the new ones
 */
export function keptRows(before: readonly ConnectorRow[], now: readonly ConnectorRow[]): ReadonlyMap<number, number> {
  const kept = new Map<number, number>();
  const taken = new Set<number>();
  for (const fits of [sameLabel, sameKind])
    for (const [index, row] of before.entries()) {
      const at = kept.has(index) ? -1 : now.findIndex((other, place) => !taken.has(place) && fits(row, other));
      if (at === -1) continue;
      kept.set(index, at);
      taken.add(at);
    }
  return kept;
}

function sameKind(one: ConnectorRow, other: ConnectorRow): boolean {
  return one.kind === other.kind;
}

function sameLabel(one: ConnectorRow, other: ConnectorRow): boolean {
  return sameKind(one, other) && one.label === other.label;
}
