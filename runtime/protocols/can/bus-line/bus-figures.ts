// What was counted on a bus, from the counters of its lane.
import type { LaneEngine } from '../../../lanes/engine/lane-engine.ts';
import type { EndFigures, RuleFigures, WireFigures } from '../../../model/line-figures.ts';
import type { LineEnd } from '../../../model/line-frame.ts';
import { type BusFilter, NODE, type Station } from './bus-graph.ts';

/** What the lane does not know of an end. */
export interface BeyondTheLane {
  readonly plugged?: boolean;
  /** What came and was no frame. */
  readonly malformed: number;
  /** What had left the lane and found nobody, or no room. */
  readonly dropped: number;
}

const NOTHING: WireFigures = { frames: 0, bytes: 0, denied: 0, dropped: 0, malformed: 0 };

/**
 * What came in counts as frames even when it is denied; what left does not, when it was denied or dropped.
 * @param station  absent: an end without firewalls
 */
export function endFigures(
  engine: LaneEngine,
  end: LineEnd,
  station: Station | undefined,
  { plugged, malformed, dropped }: BeyondTheLane,
): EndFigures {
  const denied = (direction: 'in' | 'out') => deniedBy(engine, station?.filters ?? [], direction);
  const leaving = leavingAt(engine, end);
  return {
    end,
    ...(plugged === undefined ? {} : { plugged }),
    in: { ...enteringAt(engine, end), denied: denied('in'), malformed },
    out: { ...leaving, frames: leaving.frames - dropped, denied: denied('out'), dropped: leaving.dropped + dropped },
    firewalls: (station?.firewalls ?? []).map(({ firewall, rules }) => ({
      firewall,
      rules: rulesOf(engine, rules, station?.filters.filter(filter => filter.firewall === firewall) ?? []),
    })),
  };
}

function enteringAt(engine: LaneEngine, end: LineEnd): WireFigures {
  const node = NODE.entry(end);
  const { published = 0, dropped = 0 } = engine.entrance(node)?.entrance ?? {};
  return { ...NOTHING, frames: published, bytes: engine.figures(node)?.bytes ?? 0, dropped };
}

/** What a crash of the thread interrupted comes again, so it is no loss. */
function leavingAt(engine: LaneEngine, end: LineEnd): WireFigures {
  const { tx: frames = 0, bytes = 0, dropQueue: dropped = 0 } = engine.figures(NODE.exit(end)) ?? {};
  return { ...NOTHING, frames, bytes, dropped };
}

function deniedBy(engine: LaneEngine, filters: readonly BusFilter[], direction: 'in' | 'out'): number {
  const own = filters.filter(filter => filter.direction === direction);
  return own.reduce((sum, { id }) => sum + (engine.figures(id)?.rejected ?? 0), 0);
}

/** Both directions together, in the order of the firewall, and last what fitted none. */
function rulesOf(engine: LaneEngine, names: readonly string[], filters: readonly BusFilter[]): readonly RuleFigures[] {
  const counted = filters.map(({ id }) => engine.ruleFigures(id) ?? []);
  const named = names.map(id =>
    together(
      id,
      counted.flatMap(all => all.slice(0, -1).filter(rule => rule.id === id)),
    ),
  );
  const [{ id: otherwise } = { id: '' }] = counted.flatMap(all => all.slice(-1));
  return filters.length === 0
    ? named
    : [
        ...named,
        together(
          otherwise,
          counted.flatMap(all => all.slice(-1)),
        ),
      ];
}

function together(id: string, figures: readonly RuleFigures[]): RuleFigures {
  const lastHit = Math.max(0, ...figures.map(rule => rule.lastHit ?? 0));
  const sum = (field: 'hits' | 'over') => figures.reduce((total, rule) => total + rule[field], 0);
  return { id, hits: sum('hits'), ...(lastHit > 0 ? { lastHit } : {}), over: sum('over') };
}
