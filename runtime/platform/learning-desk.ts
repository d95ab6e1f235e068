// Who learns the rules of which line or firewall now. Each listens to its own; it ends by itself, and is forgotten some time after, or when
// somebody else needs its place.
import { randomUUID } from 'node:crypto';
import { GatewrightError } from '../model/errors.ts';
import type { Learned } from '../model/learned.ts';
import type { LineTap } from '../model/line-frame.ts';
import { type Heard, type LineOrder, type NetworkOrder, type Subject, subjectOf } from './learning-subject.ts';

/** At once; those that have ended give way. */
const MOST = 8;
/** How long what was learned can be asked for after its end. */
const KEPT_MS = 600_000;

export type LearningOrder = (LineOrder | NetworkOrder) & { readonly seconds: number };

interface Seat {
  readonly subject: Subject;
  readonly untilMs: number;
  state: Learned['state'];
  /** Unix time in ms; absent while it listens. */
  endedMs: number | undefined;
  lost: number;
  tap: LineTap | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class LearningDesk {
  readonly #platform: Heard;
  readonly #now: () => number;
  readonly #seats = new Map<string, Seat>();

  /** @param now  Unix time in ms */
  constructor(platform: Heard, now: () => number = Date.now) {
    this.#platform = platform;
    this.#now = now;
  }

  /**
   * @returns what it is asked about by
   * @throws GatewrightError GW_LEARN_FULL, GW_RULES_NOWHERE, and as `PlatformPort.tap` and `conversations` say
   */
  async start(order: LearningOrder): Promise<string> {
    const subject = await subjectOf(this.#platform, order);
    const untilMs = this.#now() + order.seconds * 1_000;
    const fresh = { endedMs: undefined, lost: 0, tap: undefined, timer: undefined };
    const seat: Seat = { subject, untilMs, state: 'listening', ...fresh };
    const id = randomUUID();
    // Before the tap is there, so that nobody takes the last place twice.
    this.#makeRoom();
    this.#seats.set(id, seat);
    try {
      seat.tap = await subject.listen(
        () => seat.state === 'listening',
        count => {
          seat.lost += count;
        },
      );
    } catch (error) {
      this.#seats.delete(id);
      throw error;
    }
    void seat.tap.ended.then(() => this.#end(seat, 'broken'));
    seat.timer = setTimeout(() => this.#end(seat, 'done'), order.seconds * 1_000).unref();
    return id;
  }

  /** What there is so far. @throws GatewrightError GW_LEARN_GONE */
  look(id: string): Learned {
    const { subject, state, untilMs, lost } = this.#seat(id);
    return { of: subject.of, protocol: subject.protocol, state, untilMs, lost, ...subject.propose() };
  }

  /** Ends it and says what there is. @throws GatewrightError GW_LEARN_GONE */
  stop(id: string): Learned {
    this.#end(this.#seat(id), 'done');
    return this.look(id);
  }

  #seat(id: string): Seat {
    const seat = this.#seats.get(id);
    if (seat !== undefined) return seat;
    throw new GatewrightError('GW_LEARN_GONE', 'nothing is learned by this name any more; begin again');
  }

  /** What ended first counts. */
  #end(seat: Seat, state: Exclude<Learned['state'], 'listening'>): void {
    if (seat.state !== 'listening') return;
    seat.state = state;
    seat.endedMs = this.#now();
    clearTimeout(seat.timer);
    seat.tap?.close();
  }

  /** Forgets what ended long ago, and what ended first when there is no place otherwise. @throws GatewrightError GW_LEARN_FULL */
  #makeRoom(): void {
    const ended = [...this.#seats]
      .flatMap(([id, { endedMs }]) => (endedMs === undefined ? [] : [{ id, endedMs }]))
      .sort((one, other) => one.endedMs - other.endedMs);
    for (const { id, endedMs } of ended)
      if (endedMs + KEPT_MS < this.#now() || this.#seats.size >= MOST) this.#seats.delete(id);
    if (this.#seats.size >= MOST)
      throw new GatewrightError(
        'GW_LEARN_FULL',
        `${MOST} lines and firewalls are learned at once; wait until one is done`,
      );
  }
}
