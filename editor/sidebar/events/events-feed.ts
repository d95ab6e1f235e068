// Keeps the events up to date while somebody looks.
import type { EventsPart } from '../../../runtime/platform/logged-event.ts';
import type { Later } from '../../later.ts';
import { Rounds } from '../rounds.ts';
import type { KnownEvents } from './known-events.ts';

export interface FeedWorld {
  readonly known: KnownEvents;
  readonly ask: (cursor: KnownEvents['cursor']) => Promise<EventsPart>;
  /** Called after every answer, and when there was none. */
  readonly answered: (isReached: boolean) => void;
  readonly later: Later;
}

/** Asks for what is new since the last answer. */
export function eventsFeed({ known, ask, answered, later }: FeedWorld): Rounds {
  const round = async () => {
    try {
      known.take(await ask(known.cursor));
      answered(true);
    } catch {
      answered(false); // the view says so; the next look tries anew
    }
  };
  return new Rounds({ ask: round, later, leastBetweenMs: 300, againAfterMs: 10_000 });
}
