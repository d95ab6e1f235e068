// What the rules of a line want to be heard of: the last frames, as they were on the wire.
import type { LineLogEntry } from '../../model/line-figures.ts';

/** Kept of one line; older ones go. */
const MOST_ENTRIES = 50;

export class LineLog {
  readonly #entries: LineLogEntry[] = [];

  add(entry: LineLogEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift();
  }

  /** The latest first. */
  entries(): readonly LineLogEntry[] {
    return this.#entries.toReversed();
  }
}
