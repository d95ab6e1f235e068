// DBC files that people gave for CAN lines. They stay in this browser: what the signals of a bus mean is often the maker's
// secret, and it is nobody's business to send it around.
import type { DbcDatabase } from '../../runtime/protocols/can/dbc/database.ts';
import { type DecodedMessage, decodeFrame } from '../../runtime/protocols/can/dbc/decode.ts';
import { parseDbc } from '../../runtime/protocols/can/dbc/parse.ts';
import { frameProblem, readFrame } from '../../runtime/protocols/can/frame.ts';

/** Of one file; those of whole cars have about 300,000. A browser keeps about 5 million characters in all. */
export const MOST_DBC_CHARACTERS = 1_000_000;
const KEY = 'gatewright-dbc:';

export interface DbcFile {
  readonly name: string;
  readonly database: DbcDatabase;
}

/** What the shelf stands on; `localStorage` fits. */
export type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class DbcShelf {
  readonly #keep: Keep;
  readonly #files = new Map<string, DbcFile | undefined>();

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  /** The file of a line; `undefined` when it has none, or what was kept is damaged. */
  of(line: string): DbcFile | undefined {
    if (!this.#files.has(line)) this.#files.set(line, readKept(this.#keep.getItem(KEY + line)));
    return this.#files.get(line);
  }

  /**
   * Takes a file for a line. When the browser has no room to keep it, it serves until the page is closed.
   * @returns whether it is kept
   * @throws DbcError for what is no DBC file, RangeError for one that is too long
   */
  put(line: string, name: string, text: string): boolean {
    if (text.length > MOST_DBC_CHARACTERS) throw new RangeError(`${text.length} characters`);
    this.#files.set(line, { name, database: parseDbc(text) });
    try {
      this.#keep.setItem(KEY + line, JSON.stringify({ name, text }));
      return true;
    } catch {
      this.#keep.removeItem(KEY + line);
      return false;
    }
  }

  drop(line: string): void {
    this.#files.set(line, undefined);
    this.#keep.removeItem(KEY + line);
  }
}

function readKept(kept: string | null): DbcFile | undefined {
  try {
    const { name, text } = JSON.parse(kept ?? '{}') as { readonly name?: unknown; readonly text?: unknown };
    if (typeof text !== 'string' || text.length > MOST_DBC_CHARACTERS) return undefined;
    return { name: String(name), database: parseDbc(text) };
  } catch {
    return undefined;
  }
}

/** The signals in a frame. @param hex  struct can_frame or canfd_frame @returns `undefined` when the file has no such message */
export function signalsIn({ database }: DbcFile, hex: string): DecodedMessage | undefined {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], byte => Number.parseInt(byte, 16));
  return frameProblem(bytes) === undefined ? decodeFrame(database, readFrame(bytes)) : undefined;
}
