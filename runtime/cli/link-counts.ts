// How many frames each link of a recording has that were looked at. The same frame may be on several: an end of a line each.
import { counted } from './counted.ts';

/** Names that are kept; a log may have as many as lines. */
const MOST_NAMES = 32;

export class LinkCounts {
  readonly #counts = new Map<string, number>();

  add(link: string): void {
    const count = this.#counts.get(link);
    if (count !== undefined || this.#counts.size < MOST_NAMES) this.#counts.set(link, (count ?? 0) + 1);
  }

  /** The first ones. */
  get list(): readonly { readonly link: string; readonly frames: number }[] {
    return [...this.#counts].map(([link, frames]) => ({ link, frames }));
  }

  /** A sentence without a full stop, when there are several; else nothing. */
  get remarks(): readonly string[] {
    if (this.#counts.size < 2) return [];
    const words = this.list.map(({ link, frames }) => `${counted(frames, 'frame')} on ${link}`);
    return [`it has several links, and one frame may be on each of them: ${words.join(', ')}; --link takes one`];
  }
}
