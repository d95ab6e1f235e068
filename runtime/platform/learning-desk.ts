// Who learns the rules of which line now. Each holds a tap of its line; it ends by itself, and is forgotten some time after, or when
// somebody else needs its place.
import { randomUUID } from 'node:crypto';
import { type LineLearning, lineLearning } from '../explain/learn.ts';
import { type Address, parseAddress } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';
import type { LineSpec } from '../model/kinds/line.ts';
import type { Learned } from '../model/learned.ts';
import type { LineTap } from '../model/line-frame.ts';
import type { PlatformPort } from './platform-port.ts';

/** At once; those that have ended give way. */
const MOST = 8;
/** How long what was learned can be asked for after its end. */
const KEPT_MS = 600_000;

export interface LearningOrder {
  readonly line: Address<'line'>;
  /** VMs that rules are for; empty = all of the line. */
  readonly ends: readonly Address<'vm'>[];
  /** Learn from what a firewall refused too. */
  readonly refused: boolean;
  readonly seconds: number;
}

interface Seat {
  readonly order: LearningOrder;
  readonly protocol: string;
  readonly learning: LineLearning;
  readonly untilMs: number;
  state: Learned['state'];
  /** Unix time in ms; absent while it listens. */
  endedMs: number | undefined;
  lost: number;
  tap: LineTap | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class LearningDesk {
  readonly #platform: Pick<PlatformPort, 'tap' | 'observe'>;
  readonly #now: () => number;
  readonly #seats = new Map<string, Seat>();

  /** @param now  Unix time in ms */
  constructor(platform: Pick<PlatformPort, 'tap' | 'observe'>, now: () => number = Date.now) {
    this.#platform = platform;
    this.#now = now;
  }

  /**
   * @returns what it is asked about by
   * @throws GatewrightError GW_LEARN_FULL, GW_RULES_NOWHERE, and as `PlatformPort.tap` says
   */
  async start(order: LearningOrder): Promise<string> {
    const seat = await this.#seatFor(order);
    const id = randomUUID();
    // Before the tap is there, so that nobody takes the last place twice.
    this.#makeRoom();
    this.#seats.set(id, seat);
    try {
      seat.tap = await this.#platform.tap(order.line, (frames, lost) => this.#hear(seat, frames, lost));
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
    const { order, protocol, learning, state, untilMs, lost } = this.#seat(id);
    const { rules, taken, unsound } = learning.propose();
    return { line: order.line, protocol, state, untilMs, rules, taken, unsound, lost };
  }

  /** Ends it and says what there is. @throws GatewrightError GW_LEARN_GONE */
  stop(id: string): Learned {
    this.#end(this.#seat(id), 'done');
    return this.look(id);
  }

  async #seatFor(order: LearningOrder): Promise<Seat> {
    const { resources } = await this.#platform.observe(parseAddress(order.line)?.gateway ?? '');
    const { protocol = '', ports = [] } = (resources[order.line]?.spec ?? {}) as Partial<LineSpec>;
    const ends = new Set(order.ends.length > 0 ? order.ends : ports.map(({ vm }) => vm));
    const learning = lineLearning(protocol, { ends, refused: order.refused });
    if (learning === undefined)
      throw new GatewrightError(
        'GW_RULES_NOWHERE',
        `${order.line} is no line whose rules can be learned, or is not applied yet`,
      );
    const untilMs = this.#now() + order.seconds * 1_000;
    const fresh = { endedMs: undefined, lost: 0, tap: undefined, timer: undefined };
    return { order, protocol, learning, untilMs, state: 'listening', ...fresh };
  }

  #hear(seat: Seat, frames: Parameters<LineLearning['take']>[0], lost: number): void {
    if (seat.state !== 'listening') return;
    seat.lost += lost;
    seat.learning.take(frames);
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
      throw new GatewrightError('GW_LEARN_FULL', `${MOST} lines are learned at once; wait until one is done`);
  }
}
