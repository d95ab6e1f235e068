// Rules for what stations say on a bus: for each identifier the lengths that were seen, and how often at most.
import type { Range } from '../../lanes/filter/ir.ts';
import { merged } from '../../lanes/filter/terms.ts';
import type { Learner, Proposal, ProposedRule, ProtocolLearning, SaidFrame } from '../learning.ts';
import { frameProblem, readFrame } from './frame.ts';
import type { CanLineRule } from './rules.ts';

/** More are joined: a bus with so many identifiers has no rates of its own for each. */
const MOST_RULES = 256;
/** Ranges of one rule [rules.ts]. */
const MOST_IDS = 64;
/** A second has at most so many frames more than any that was seen, before a rule says no. */
const ROOM = 1.5;
const MOST_RATE = 1_000_000;
const WINDOW_MS = 1_000;

export const canLearning: ProtocolLearning = { name: 'can', learner: () => new CanLearner() };

/** What is alike in frames of one rule. */
type Sort = Pick<CanLineRule, 'direction' | 'format' | 'remote' | 'type'>;

interface Said {
  readonly id: number;
  readonly sort: Sort;
  readonly lengths: Set<number>;
  /** Times of the last second, oldest first. */
  readonly recent: number[];
  /** The most in any second. */
  most: number;
  frames: number;
}

class CanLearner implements Learner {
  readonly #said = new Map<string, Said>();
  #taken = 0;
  #unsound = 0;

  take({ atMs, way, request }: SaidFrame): void {
    if (frameProblem(request) !== undefined) {
      this.#unsound += 1;
      return;
    }
    const { id, ext, rtr, fd, length } = readFrame(request);
    const kind = { remote: rtr ? 'remote' : 'data', type: fd ? 'fd' : 'classic' } as const;
    const said = this.#of(id, { direction: way, format: ext ? 'extended' : 'standard', ...kind });
    this.#taken += 1;
    said.frames += 1;
    said.lengths.add(length);
    count(said, atMs);
  }

  propose(): Proposal {
    const all = [...this.#said.values()].toSorted((a, b) => a.id - b.id);
    const rules = all.length <= MOST_RULES ? all.map(ruleOf) : joinedRules(all);
    return { rules, taken: this.#taken, unsound: this.#unsound };
  }

  #of(id: number, sort: Sort): Said {
    const key = JSON.stringify([id, sort]);
    const known = this.#said.get(key);
    if (known !== undefined) return known;
    const fresh: Said = { id, sort, lengths: new Set(), recent: [], most: 0, frames: 0 };
    this.#said.set(key, fresh);
    return fresh;
  }
}

/** A clock that goes back, as where recordings were put together, stands still. */
function count(said: Said, atMs: number): void {
  const now = Math.max(atMs, said.recent.at(-1) ?? atMs);
  said.recent.push(now);
  while ((said.recent[0] ?? now) <= now - WINDOW_MS) said.recent.shift();
  said.most = Math.max(said.most, said.recent.length);
}

/**
 * WHY the rate is also the burst: when no second has more than `n` frames, no time of `t` seconds has more than `n + n · t`, which is
 * what a bucket of `n` that is filled with `n` a second lets pass.
 */
function ruleOf({ id, sort, lengths, most, frames }: Said): ProposedRule {
  const often = Math.min(MOST_RATE, Math.ceil(most * ROOM));
  const rate = { frames: often, per: 'second', burst: often } as const;
  const rule: CanLineRule = { ...ruleFor(sort, [[id, id]], nameOf(id, sort), lengths), rate };
  return { rule, frames };
}

/** Without rates: identifiers of one sort and of the same lengths, in as few rules as hold them. */
function joinedRules(all: readonly Said[]): readonly ProposedRule[] {
  const lengthsOf = ({ lengths }: Said) => [...lengths].sort((a, b) => a - b);
  const alike = Map.groupBy(all, said => JSON.stringify([said.sort, lengthsOf(said)]));
  return [...alike.values()].flatMap(group => {
    const [first] = group;
    const ranges = merged(group.map(({ id }) => [id, id]));
    const parts = Array.from({ length: Math.ceil(ranges.length / MOST_IDS) }, (_, part) =>
      ranges.slice(part * MOST_IDS, (part + 1) * MOST_IDS),
    );
    return parts.flatMap(ids => {
      const inside = group.filter(({ id }) => ids.some(([least, most]) => least <= id && id <= most));
      if (first === undefined) return [];
      const name = `${nameOf(ids[0]?.[0] ?? 0, first.sort)}-${lengthsOf(first).at(-1)}`;
      const rule = ruleFor(first.sort, ids, name, first.lengths);
      return [{ rule, frames: inside.reduce((sum, { frames }) => sum + frames, 0) }];
    });
  });
}

function ruleFor(sort: Sort, ids: readonly Range[], id: string, lengths: ReadonlySet<number>): CanLineRule {
  return {
    ...{ id, action: 'accept', ...sort, log: false },
    ids: ids.map(([first, last]) => ({ first, last })),
    lengths: merged([...lengths].map(length => [length, length])).map(([least, most]) => ({ least, most })),
  };
}

/** `id-1a0`, with what else sets frames of an identifier apart. */
function nameOf(id: number, { direction, format, remote, type }: Sort): string {
  const parts = [
    format === 'extended' ? 'ext' : 'id',
    id.toString(16),
    ...(remote === 'remote' ? ['rtr'] : []),
    ...(type === 'fd' ? ['fd'] : []),
    ...(direction === 'to-vm' ? ['in'] : direction === 'from-vm' ? ['out'] : []),
  ];
  return parts.join('-');
}
