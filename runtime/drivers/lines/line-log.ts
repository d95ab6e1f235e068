// What the rules of a line want to be heard of: the last requests, as they were on the wire.
import type { Address } from '../../model/address.ts';

/** Kept of one line; older ones go. */
const MOST_ENTRIES = 50;

export interface LineLogEntry {
  /** Unix time in ms. */
  readonly atMs: number;
  readonly vm: Address<'vm'>;
  readonly firewall: string;
  /** `otherwise`: it fitted none. */
  readonly rule: string;
  readonly passed: boolean;
  readonly unit: number;
  /** Function code and what follows it, in hex. */
  readonly request: string;
}

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
