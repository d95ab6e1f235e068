// One request on the wire and what comes of it: an answer, silence, noise, or the loss of the wire.
import type { PauseClock } from '../../../host/kept-open.ts';
import type { Carrier } from './carrier.ts';
import type { LineCounters } from './counters.ts';

export type Outcome =
  | { readonly kind: 'answer'; readonly pdu: Uint8Array }
  /** Nothing came. */
  | { readonly kind: 'silent' }
  /** Something came, but no answer. */
  | { readonly kind: 'garbled' }
  /** An answer that names this request but does not fit it. */
  | { readonly kind: 'misfit'; readonly why: string }
  | { readonly kind: 'lost'; readonly why: unknown };

export interface Ether {
  readonly carrier: Carrier;
  readonly clock: PauseClock;
  readonly counters: LineCounters;
  readonly write: (frame: Uint8Array) => void;
  /** Calls back when the wire is lost. @returns how to stop listening */
  readonly onLost: (work: (why: unknown) => void) => () => void;
}

/**
 * Sends a request and waits. Never rejects.
 * @param withinMs  time for the answer, that of the frames included
 */
export function transact(ether: Ether, unit: number, pdu: Uint8Array, withinMs: number): Promise<Outcome> {
  const { carrier, clock, counters } = ether;
  return new Promise(resolve => {
    let over = false;
    const end = (outcome: Outcome) => {
      if (over) return;
      over = true;
      stopClock();
      stopListening();
      resolve(outcome);
    };
    const expectation = carrier.expect(unit, pdu, heard => {
      counters.answered += 'pdu' in heard ? 1 : 0;
      end('pdu' in heard ? { kind: 'answer', pdu: heard.pdu } : { kind: 'misfit', why: heard.misfit });
    });
    const stopClock = clock.after(withinMs, () => {
      const bytes = expectation.giveUp();
      if (over) return;
      const kind = bytes > 0 ? 'garbled' : 'silent';
      counters[kind] += 1;
      end({ kind });
    });
    const stopListening = ether.onLost(why => {
      expectation.giveUp();
      end({ kind: 'lost', why });
    });
    counters.sent += 1;
    counters.sentBytes += expectation.frame.length;
    ether.write(expectation.frame);
  });
}
