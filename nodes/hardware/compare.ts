// A drawn box against a real one: connector by connector, then its figures. Pure; runs in the editor too.
import type { Abilities, BoxModel } from './model.ts';
import type { ConnectorRow } from './rows.ts';
import type { Socket } from './sockets.ts';

/**
 * How a drawn connector fits the real box.
 * - `same`: its device is there, and is what was drawn
 * - `renamed`: the network card is there and has another device name
 * - `card`: the device is there and is another network card
 * - `missing`: its device is not there
 * - `open`: it is not drawn yet which device it is
 */
export type Fit = 'same' | 'renamed' | 'card' | 'missing' | 'open';

export interface RowComparison {
  readonly row: ConnectorRow;
  readonly fit: Fit;
  /** The socket of the box that it is, or most likely is. */
  readonly found?: Socket;
  /** Nothing but their order says that it is this one. */
  readonly guessed: boolean;
  /** Sockets of the box that it could be. */
  readonly choices: readonly Socket[];
}

export interface FigureComparison {
  readonly what: 'vcpus' | 'memoryMiB' | keyof Abilities;
  readonly drawn: number | boolean;
  readonly found: number | boolean;
}

export interface BoxComparison {
  readonly rows: readonly RowComparison[];
  /** Sockets of the box that could be wired and are not drawn. */
  readonly undrawn: readonly Socket[];
  /** Only what differs, of what is known of both. */
  readonly figures: readonly FigureComparison[];
}

/** What the node says of the box besides its connectors. */
export interface DrawnFigures {
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly abilities: Abilities;
}

export function compareBox(rows: readonly ConnectorRow[], drawn: DrawnFigures, box: BoxModel): BoxComparison {
  const choices = box.sockets.filter(({ connector }) => connector !== undefined);
  const met = meet(rows, choices);
  const used = new Set(met.map(({ found }) => found));
  return { rows: met, undrawn: choices.filter(socket => !used.has(socket)), figures: figuresOf(drawn, box) };
}

/** Gives each row a socket of its own, the surest first: by device, by MAC address, by label, and then by order. */
function meet(rows: readonly ConnectorRow[], sockets: readonly Socket[]): readonly RowComparison[] {
  const found = new Map<ConnectorRow, Socket>();
  const guessed = new Set<ConnectorRow>();
  for (const fits of [sameDevice, sameCard, sameName, sameKind])
    for (const row of rows) {
      if (found.has(row)) continue;
      const taken = new Set(found.values());
      const socket = sockets.find(one => one.connector === row.kind && !taken.has(one) && fits(row, one));
      if (socket === undefined) continue;
      found.set(row, socket);
      if (fits === sameKind) guessed.add(row);
    }
  return rows.map(row => {
    const socket = found.get(row);
    return {
      ...{ row, fit: fitOf(row, socket), guessed: guessed.has(row) },
      ...(socket === undefined ? {} : { found: socket }),
      choices: sockets.filter(({ connector }) => connector === row.kind),
    };
  });
}

const sameDevice = (row: ConnectorRow, socket: Socket) => row.device !== '' && socket.device === row.device;
const sameCard = (row: ConnectorRow, socket: Socket) => row.mac !== '' && socket.mac === row.mac;
const sameName = (row: ConnectorRow, socket: Socket) => socket.name === row.label;
const sameKind = () => true;

function fitOf(row: ConnectorRow, socket: Socket | undefined): Fit {
  if (row.device === '') return 'open';
  if (socket === undefined) return 'missing';
  const isOther = row.mac !== '' && socket.mac !== '' && socket.mac !== row.mac;
  if (socket.device === row.device) return isOther ? 'card' : 'same';
  return sameCard(row, socket) ? 'renamed' : 'missing';
}

function figuresOf(drawn: DrawnFigures, box: BoxModel): readonly FigureComparison[] {
  const sides = [
    ['vcpus', drawn.vcpus, box.vcpus],
    ['memoryMiB', drawn.memoryMiB, box.memoryMiB],
    ...ABILITIES.map(what => [what, drawn.abilities[what], box.abilities[what]] as const),
  ] as const;
  return sides.flatMap(([what, one, other]) =>
    one === undefined || other === undefined || one === other ? [] : [{ what, drawn: one, found: other }],
  );
}

const ABILITIES = ['vtx', 'vtd', 'iommu', 'tpm', 'uefi'] as const satisfies readonly (keyof Abilities)[];
