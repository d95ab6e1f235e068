// The traffic of one gateway for those who look at it now. Begins when the first one looks, ends with the last, and is kept
// going while the agent comes and goes. Knows no socket.
import { setTimeout as pause } from 'node:timers/promises';
import type { Address, Name } from '../../model/address.ts';
import { messageOf } from '../../model/errors.ts';
import type { TrafficTick } from '../../model/line-figures.ts';
import type { LineTap } from '../../model/line-frame.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { SeenTraffic, TrafficAway } from '../../model/seen-traffic.ts';
import type { PlatformPort } from '../../platform/platform-port.ts';
import { type LineProtocols, seenTraffic } from './see.ts';

/** A gateway that is away is tried again. */
const AGAIN_MS = 1_000;
/** Ticks come twice a second; of those that come faster the newest is told. A little less, because timers are late now and then. */
const LEAST_MS = 450;

/** What a feed may ask of the platform. */
export type TrafficPlatform = Pick<PlatformPort, 'traffic' | 'observe' | 'onEvent'>;

export interface FeedEars {
  seen(traffic: SeenTraffic): void;
  away(why: TrafficAway): void;
}

export class GatewayFeed {
  readonly #platform: TrafficPlatform;
  readonly #gateway: Name;
  readonly #ears: FeedEars;
  readonly #stopped = new AbortController();
  readonly #forget: () => void;
  #protocols: LineProtocols = new Map();
  #looking = false;
  #told = Number.NEGATIVE_INFINITY;
  #next: TrafficTick | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Begins at once. */
  constructor(platform: TrafficPlatform, gateway: Name, ears: FeedEars) {
    this.#platform = platform;
    this.#gateway = gateway;
    this.#ears = ears;
    this.#forget = platform.onEvent(event => {
      if (event.type === 'apply-ended' && event.gateway === gateway) void this.#learnProtocols();
    });
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    this.#forget();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (!signal.aborted) this.#ears.away({ gateway: this.#gateway, why: messageOf(error) });
      }
      await pause(AGAIN_MS, undefined, { ref: false, signal }).catch(() => {}); // stopped meanwhile: the loop sees it
    }
  }

  /** @throws GatewrightError why there is nothing to see */
  async #follow(signal: AbortSignal): Promise<void> {
    await this.#learnProtocols();
    const tap: LineTap = await this.#platform.traffic(this.#gateway, tick => this.#heard(tick));
    signal.addEventListener('abort', tap.close, { once: true });
    if (signal.aborted) tap.close();
    await tap.ended;
    signal.removeEventListener('abort', tap.close);
  }

  #heard(tick: TrafficTick): void {
    if (this.#stopped.signal.aborted) return;
    if (tick.lines.some(({ line }) => !this.#protocols.has(line))) void this.#learnProtocols();
    this.#next = this.#next === undefined ? tick : after(this.#next, tick);
    this.#timer ??= setTimeout(() => this.#tell(), Math.max(0, this.#told + LEAST_MS - performance.now()));
  }

  #tell(): void {
    const tick = this.#next;
    this.#next = undefined;
    this.#timer = undefined;
    this.#told = performance.now();
    if (tick !== undefined) this.#ears.seen(seenTraffic(this.#gateway, tick, this.#protocols));
  }

  /** What is applied decides how frames are read, not what is drawn. Never rejects: until it is known, bytes are shown. */
  async #learnProtocols(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { resources } = await this.#platform.observe(this.#gateway);
      this.#protocols = new Map(
        Object.values(resources).flatMap(({ kind, address, spec }) => {
          const { protocol } = spec as ObservedResource<'line'>['spec'];
          return kind === 'line' && protocol !== undefined ? [[address as Address<'line'>, protocol] as const] : [];
        }),
      );
    } catch {
      // Away: following it says so.
    } finally {
      this.#looking = false;
    }
  }
}

/** A tick that takes the place of another one, whose frames are counted as lost. */
function after(before: TrafficTick, tick: TrafficTick): TrafficTick {
  const lost = new Map(before.lines.map(({ line, frames, lost }) => [line, frames.length + lost]));
  return { ...tick, lines: tick.lines.map(line => ({ ...line, lost: line.lost + (lost.get(line.line) ?? 0) })) };
}
