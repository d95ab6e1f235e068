// The sockets of the picture: those of the profile, and those that only the drawing has. Pure.
import type { PortKind } from '../../../runtime/hardware/profile.ts';
import type { ConnectorRow } from '../rows.ts';
import type { Socket } from '../sockets.ts';

export interface PicturedSocket {
  readonly label: string;
  readonly kind: PortKind;
  /** What a wire to it carries; `none` when it is not in the drawing. */
  readonly use: 'management' | 'network' | 'field' | 'none';
  /** Place in the list of connectors; absent when it is not in the drawing. */
  readonly row?: number;
  readonly device: string;
  readonly isWired: boolean;
  /** It is not known for sure that the box has it. */
  readonly isRemembered: boolean;
  readonly place?: Socket['place'];
}

/** @param wired  whether the row at a place has a wire */
export function picturedSockets(
  rows: readonly ConnectorRow[],
  sockets: readonly Socket[],
  wired: (row: number) => boolean,
): readonly PicturedSocket[] {
  const byName = new Map(sockets.map(socket => [socket.name, socket]));
  const drawn = rows.map((row, index) => pictured(row, index, byName.get(row.label), wired(index)));
  const names = new Set(rows.map(({ label }) => label));
  const free = sockets.filter(({ name }) => !names.has(name)).map(undrawn);
  return [...drawn, ...free];
}

function pictured(row: ConnectorRow, index: number, socket: Socket | undefined, isWired: boolean): PicturedSocket {
  const { label, kind, device, role } = row;
  // Of a row whose kind was changed by hand the profile says something else.
  const known = socket?.connector === kind ? socket : undefined;
  const use = kind !== 'ethernet' ? 'field' : role === 'management' ? 'management' : 'network';
  return {
    ...{ label, kind: known?.kind ?? (kind === 'pci' ? 'other' : kind), use, row: index, device, isWired },
    isRemembered: known?.confidence === 'unverified',
    ...(known?.place === undefined ? {} : { place: known.place }),
  };
}

function undrawn({ label, kind, device, confidence, place }: Socket): PicturedSocket {
  const isRemembered = confidence === 'unverified';
  return {
    ...{ label, kind, use: 'none', device, isWired: false, isRemembered },
    ...(place === undefined ? {} : { place }),
  };
}
