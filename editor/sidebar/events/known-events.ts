// The events this browser knows, the newest first and not more than a bounded number of them. Pure.
import type { EventsPart, LoggedEvent } from '../../../runtime/platform/logged-event.ts';

const MOST_EVENTS = 5_000;

/** With a number of this browser's own, by which rows are told apart. */
export interface KnownEvent extends LoggedEvent {
  readonly id: number;
}

export class KnownEvents {
  #newestFirst: readonly KnownEvent[] = [];
  #run = '';
  #next = 0;
  #id = 0;

  get newestFirst(): readonly KnownEvent[] {
    return this.#newestFirst;
  }

  /** Where the next request goes on from; `undefined` before the first answer. */
  get cursor(): { readonly run: string; readonly after: number } | undefined {
    return this.#run === '' ? undefined : { run: this.#run, after: this.#next };
  }

  /** @returns whether there is anything new */
  take({ run, next, events, whole }: EventsPart): boolean {
    this.#run = run;
    this.#next = next;
    if (!whole && events.length === 0) return false;
    const known = events.map(event => this.#numbered(event));
    const all = [...known, ...(whole ? [] : this.#newestFirst)];
    this.#newestFirst = all.sort((a, b) => b.atMs - a.atMs || b.id - a.id).slice(0, MOST_EVENTS);
    return true;
  }

  #numbered(event: LoggedEvent): KnownEvent {
    this.#id += 1;
    return { ...event, id: this.#id };
  }
}
