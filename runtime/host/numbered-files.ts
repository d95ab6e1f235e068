// Texts in the order in which they came, a file each, of which the oldest go when there are too many: whatever is there was
// written whole, and is never written again. One process alone appends.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewrightError } from '../model/errors.ts';
import { ioError, isAbsent, listFolder, readText, removePath, removeUnfinishedOf, replaceFile } from './local-files.ts';

const DIGITS = 12;
const NAME = new RegExp(`^\\d{${DIGITS}}\\.json$`);
/** No text is being written for so long. */
const WRITTEN_WITHIN_MS = 60_000;

export interface NumberedText {
  readonly number: number;
  readonly text: string;
}

export interface Room {
  /** Texts that are kept. */
  readonly most: number;
  /** Of all of them together; the newest is kept even when it alone is longer. */
  readonly mostBytes: number;
}

export class NumberedFiles {
  readonly #folder: string;
  readonly #room: Room;
  #appending: Promise<unknown> = Promise.resolve();
  /** Known lengths: what was written once stays as it is. */
  readonly #lengths = new Map<number, number>();

  constructor(folder: string, room: Room) {
    this.#folder = folder;
    this.#room = room;
  }

  /** Numbers of what is kept, ascending. @throws GatewrightError GW_HOST_IO */
  async numbers(): Promise<readonly number[]> {
    return (await listFolder(this.#folder)).filter(name => NAME.test(name)).map(name => Number.parseInt(name, 10));
  }

  /** `undefined` when it is not kept. @throws GatewrightError GW_HOST_IO */
  async read(number: number): Promise<NumberedText | undefined> {
    const text = await readText(this.#path(number));
    return text === undefined ? undefined : { number, text };
  }

  /**
   * Adds one text behind the last one.
   * @param next  makes it from the last one; its number is the one after that
   * @throws GatewrightError GW_HOST_IO, GW_HOST_UNEXPECTED when another process added one meanwhile; and what `next` throws
   */
  append(next: (last: NumberedText | undefined) => NumberedText): Promise<NumberedText> {
    const appended = this.#appending.then(() => this.#append(next));
    this.#appending = appended.catch(() => {}); // told to whoever appends
    return appended;
  }

  async #append(next: (last: NumberedText | undefined) => NumberedText): Promise<NumberedText> {
    const newest = (await this.numbers()).at(-1);
    const added = next(newest === undefined ? undefined : await this.read(newest));
    if (added.number !== (newest ?? 0) + 1)
      throw new RangeError(`${added.number} does not follow ${newest ?? 'nothing'}`);
    if ((await this.read(added.number)) !== undefined)
      throw new GatewrightError(
        'GW_HOST_UNEXPECTED',
        `${this.#path(added.number)} is there already; end the other agent`,
      );
    await replaceFile(this.#path(added.number), added.text);
    await this.#shrink();
    return added;
  }

  /** Removes the oldest until all fits, and what a kill left half-written. */
  async #shrink(): Promise<void> {
    await removeUnfinishedOf(this.#folder, WRITTEN_WITHIN_MS);
    let [left, room] = [this.#room.most, this.#room.mostBytes];
    let isNewest = true;
    for (const number of [...(await this.numbers())].reverse()) {
      left -= 1;
      room -= await this.#bytes(number);
      // All that is older goes, too, so that no gap is left.
      if (!isNewest && (left < 0 || room < 0)) [left, room] = [-1, -1];
      if (!isNewest && left < 0) await this.#remove(number);
      isNewest = false;
    }
  }

  async #remove(number: number): Promise<void> {
    await removePath(this.#path(number));
    this.#lengths.delete(number);
  }

  async #bytes(number: number): Promise<number> {
    const known = this.#lengths.get(number);
    if (known !== undefined) return known;
    try {
      const { size } = await stat(this.#path(number));
      this.#lengths.set(number, size);
      return size;
    } catch (cause) {
      if (isAbsent(cause)) return 0;
      throw ioError('look at', this.#path(number), cause);
    }
  }

  #path(number: number): string {
    return join(this.#folder, `${String(number).padStart(DIGITS, '0')}.json`);
  }
}
