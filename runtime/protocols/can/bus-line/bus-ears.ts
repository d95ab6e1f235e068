// Brings what goes over a bus to those who listen, and what its rules want logged to the log. The lane never waits for it: what
// comes too fast is lost here, and counted.

import type { LaneEngine } from '../../../lanes/engine/lane-engine.ts';
import type { TapBridge } from '../../../lanes/engine/tap-bridge.ts';
import { decisionOfTag, isAccepted, ruleOf } from '../../../lanes/filter/decision.ts';
import type { TappedFrame } from '../../../lanes/memory/ring-tap.ts';
import type { LineEnd, LineFrame } from '../../../model/line-frame.ts';
import type { LineWorld } from '../../field-line.ts';
import { type BusFilter, NODE, type Station } from './bus-graph.ts';

const LOG_EVERY_MS = 50;
/** What a filter shows a second; the log keeps the last ones only, the counters count them all. */
export const LOGGED_PER_SECOND = 100;

/** Who is who on the bus now. */
export interface BusEnds {
  readonly stations: readonly Station[];
  readonly hasDevice: boolean;
  /** By the number in the heads of its frames. */
  readonly ends: ReadonlyMap<number, LineEnd>;
}

type Heard = Pick<LineFrame, 'end' | 'direction' | 'refusedBy'>;

export class BusEars {
  readonly #engine: LaneEngine;
  readonly #world: LineWorld;
  readonly #bridges = new Map<string, TapBridge>();
  #filters: ReadonlyMap<number, BusFilter> = new Map();
  #ends: ReadonlyMap<number, LineEnd> = new Map();
  /** Heard, and not yet told; with the time at which each came in, in microseconds. */
  #heard: { readonly time: number; readonly frame: LineFrame }[] = [];
  #isPlanned = false;

  constructor(engine: LaneEngine, world: LineWorld) {
    this.#engine = engine;
    this.#world = world;
  }

  /** The lane has gone over to other stations. */
  follow({ stations, hasDevice, ends }: BusEnds): void {
    // What waits was said under the old names.
    this.drain();
    const filters = stations.flatMap(station => station.filters);
    this.#filters = new Map(filters.map(filter => [filter.number, filter]));
    this.#ends = ends;
    const taps = new Map([
      ...this.#taps(stations, hasDevice),
      ...filters.map(filter => [filter.log, () => this.#logTap(filter)] as const),
    ]);
    for (const id of this.#bridges.keys()) if (!taps.has(id)) this.#bridges.delete(id);
    for (const [id, open] of taps) if (!this.#bridges.has(id)) this.#bridges.set(id, open());
  }

  /** Tells what waits. */
  drain(): void {
    for (const bridge of this.#bridges.values()) bridge.drain();
    this.#tell();
  }

  #taps(stations: readonly Station[], hasDevice: boolean): readonly (readonly [string, () => TapBridge])[] {
    const ends: LineEnd[] = [...(hasDevice ? ['device' as const] : []), ...stations.map(({ vm }) => vm)];
    return [
      [NODE.heard, () => this.#tap(NODE.heard, frame => this.#entered(frame))],
      [NODE.refused, () => this.#tap(NODE.refused, frame => this.#refused(frame))],
      ...ends.map(
        end => [NODE.leaving(end), () => this.#tap(NODE.leaving(end), () => ({ end, direction: 'out' }))] as const,
      ),
    ];
  }

  #tap(id: string, understand: (frame: TappedFrame) => Heard | undefined): TapBridge {
    let told = 0;
    const take = (frames: readonly TappedFrame[]) => {
      const lost = bridge.lost - told;
      told = bridge.lost;
      if (lost > 0) this.#world.ears.lost(lost);
      for (const frame of frames) this.#hear(frame, understand(frame));
      this.#tellSoon();
    };
    const bridge: TapBridge = this.#engine.tap(id, take, { wanted: () => this.#world.ears.any });
    return bridge;
  }

  #hear({ bytes, time }: TappedFrame, heard: Heard | undefined): void {
    if (heard === undefined) return;
    this.#heard.push({ time, frame: { atMs: Math.floor(time / 1000), ...heard, frame: hexOf(bytes) } });
  }

  /** WHY later: what several taps show is told in the order in which it came. */
  #tellSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => this.#tell());
  }

  #tell(): void {
    this.#isPlanned = false;
    const heard = this.#heard;
    this.#heard = [];
    heard.sort((a, b) => a.time - b.time);
    for (const { frame } of heard) this.#world.ears.tell(frame);
  }

  #entered({ port }: TappedFrame): Heard | undefined {
    const end = this.#ends.get(port);
    return end === undefined ? undefined : { end, direction: 'in' };
  }

  #refused({ tag }: TappedFrame): Heard | undefined {
    const filter = this.#filters.get(tag);
    if (filter === undefined) return undefined;
    return { end: filter.vm, direction: filter.direction, refusedBy: filter.firewall };
  }

  #logTap({ log, vm, firewall, direction, program }: BusFilter): TapBridge {
    const note = ({ bytes, tag, time }: TappedFrame) => {
      const decision = decisionOfTag(tag);
      const rule = program.rules[ruleOf(decision)]?.id ?? 'otherwise';
      const atMs = Math.floor(time / 1000);
      const decided = { firewall, rule, passed: isAccepted(decision) };
      this.#world.log({ atMs, vm, direction, ...decided, frame: hexOf(bytes) });
    };
    return this.#engine.tap(log, frames => frames.forEach(note), { everyMs: LOG_EVERY_MS });
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
