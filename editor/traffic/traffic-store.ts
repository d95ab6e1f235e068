// What is seen now of all lines: the newest figures, their last minute and their last frames; and the rates at cards of VMs. Follows the feed.
import type { Address } from '../../runtime/model/address.ts';
import type { SeenLine, SeenTraffic, TrafficAway } from '../../runtime/model/seen-traffic.ts';
import { CardHistory, type CardRates } from './card-history.ts';
import { FrameLog } from './frame-log.ts';
import { LineHistory } from './line-history.ts';

export interface WatchedLine {
  readonly seen: SeenLine;
  readonly atMs: number;
  readonly history: LineHistory;
  readonly log: FrameLog;
}

export class TrafficStore {
  readonly #lines = new Map<Address<'line'>, WatchedLine>();
  /** By gateway. */
  readonly #cards = new Map<string, CardHistory>();
  /** Why nothing is seen of a gateway. */
  readonly #away = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];

  get lines(): ReadonlyMap<Address<'line'>, WatchedLine> {
    return this.#lines;
  }

  get away(): ReadonlyMap<string, string> {
    return this.#away;
  }

  /** @returns `undefined` while nothing is known of that card */
  cardRates(port: Address<'port'>): CardRates | undefined {
    return this.#cards.get(port.slice('port.'.length, port.indexOf('/')))?.rates(port);
  }

  take({ gateway, atMs, lines, ports }: SeenTraffic): void {
    this.#away.delete(gateway);
    const now = lines.map(seen => [seen.line, this.#watched(seen, atMs)] as const);
    this.#forgetLines(gateway);
    if (ports !== undefined) this.#cardsOf(gateway).take(atMs, ports);
    for (const [line, watched] of now) this.#lines.set(line, watched);
    this.#tell();
  }

  takeAway({ gateway, why }: TrafficAway): void {
    this.#forget(gateway);
    this.#away.set(gateway, why);
    this.#tell();
  }

  /** Nobody looks at these any more, or the connection is gone: what was seen is old. */
  forget(gateways: Iterable<string>): void {
    for (const gateway of gateways) {
      this.#forget(gateway);
      this.#away.delete(gateway);
    }
    this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #watched(seen: SeenLine, atMs: number): WatchedLine {
    const { history, log } = this.#lines.get(seen.line) ?? { history: new LineHistory(), log: new FrameLog() };
    history.take(atMs, seen.ends);
    log.take(seen.frames, seen.lost);
    return { seen, atMs, history, log };
  }

  #cardsOf(gateway: string): CardHistory {
    const known = this.#cards.get(gateway) ?? new CardHistory();
    this.#cards.set(gateway, known);
    return known;
  }

  #forget(gateway: string): void {
    this.#forgetLines(gateway);
    this.#cards.delete(gateway);
  }

  #forgetLines(gateway: string): void {
    for (const line of this.#lines.keys()) if (line.startsWith(`line.${gateway}/`)) this.#lines.delete(line);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
