// What a DBC file tells about a bus: which messages there are, and where in them which signals. Pure facts.

export interface DbcSignal {
  readonly name: string;
  /** Bit where it begins, as the file counts: the least significant of an Intel signal, the most significant of a Motorola one. */
  readonly start: number;
  /** Bits, 1 to 64. */
  readonly length: number;
  /** Intel: little endian. */
  readonly order: 'intel' | 'motorola';
  /** How the bits are read before `factor` and `offset`. */
  readonly type: 'unsigned' | 'signed' | 'float' | 'double';
  readonly factor: number;
  readonly offset: number;
  /** Both 0: no range is given. */
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly comment?: string;
  /** Names of single raw values. */
  readonly labels: ReadonlyMap<number, string>;
  /** Only there while another signal of the message has a raw value in one of these ranges, both ends included. */
  readonly multiplexed?: { readonly by: string; readonly ranges: readonly (readonly [low: number, high: number])[] };
}

export interface DbcMessage {
  readonly id: number;
  readonly ext: boolean;
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  readonly sender: string;
  readonly comment?: string;
  /** Found by its parameter group alone, whoever sends it with whatever priority [SAE J1939-21]. */
  readonly j1939: boolean;
  /** A signal comes behind the one that multiplexes it. */
  readonly signals: readonly DbcSignal[];
}

/** A text that is no DBC file; the message names the line. */
export class DbcError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'DbcError';
  }
}

export class DbcDatabase {
  readonly messages: readonly DbcMessage[];
  /** What the file says that cannot be, and was left out; in words. */
  readonly problems: readonly string[];
  readonly #exact: ReadonlyMap<number, DbcMessage>;
  readonly #groups: ReadonlyMap<number, DbcMessage>;

  constructor(messages: readonly DbcMessage[], problems: readonly string[]) {
    this.messages = messages;
    this.problems = problems;
    this.#exact = new Map(messages.map(message => [exactKey(message.id, message.ext), message]));
    this.#groups = new Map(messages.filter(message => message.j1939).map(message => [groupOf(message.id), message]));
  }

  /** The message of an identifier; `undefined` when the file has none. */
  find(id: number, ext: boolean): DbcMessage | undefined {
    return this.#exact.get(exactKey(id, ext)) ?? (ext ? this.#groups.get(groupOf(id)) : undefined);
  }
}

function exactKey(id: number, ext: boolean): number {
  return ext ? id + 0x2000_0000 : id;
}

/** Below 240 the second byte is who it is for, and no part of the group [SAE J1939-21 5.2]. */
function groupOf(id: number): number {
  const format = (id >>> 16) & 0xff;
  return (id >>> 8) & (format < 240 ? 0x3_ff00 : 0x3_ffff);
}
