// The VMs on a bus as they are drawn, made ready for a lane: rules are programs, and everything has a number that stays.
import { createHash } from 'node:crypto';
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import { GatewrightError } from '../../../model/errors.ts';
import type { LineGuard, LinePort } from '../../../model/kinds/line.ts';
import { can } from '../protocol.ts';
import { canWords } from '../words.ts';
import type { BusFilter, Station } from './bus-graph.ts';

/** What one thread and its memory carry well. */
export const MOST_STATIONS = can.mostVms;
export const MOST_FIREWALLS = 32;

/** Numbers of things that come and go, at most so many at a time. A number that was given back is the last to be given again. */
export class Numbers {
  readonly #given = new Map<string, number>();
  readonly #most: number;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The number of each name, the same as before for those that stay; other names give theirs back. */
  assign(names: readonly string[]): ReadonlyMap<string, number> {
    const kept = new Set(names);
    for (const name of this.#given.keys()) if (!kept.has(name)) this.#given.delete(name);
    for (const name of kept) if (!this.#given.has(name)) this.#given.set(name, this.#free());
    return new Map(this.#given);
  }

  #free(): number {
    const taken = new Set(this.#given.values());
    while (taken.has(this.#next)) this.#next = (this.#next + 1) % this.#most;
    const free = this.#next;
    this.#next = (this.#next + 1) % this.#most;
    return free;
  }
}

/**
 * Checks all rules before anything is changed.
 * @param numbers  of filters, at least twice {@link MOST_FIREWALLS}
 * @throws GatewrightError GW_LINE_RULE, GW_LINE_CROWDED
 */
export function stationsOf(ports: readonly LinePort[], numbers: Numbers): readonly Station[] {
  const firewalls = ports.reduce((sum, { guards }) => sum + guards.length, 0);
  if (ports.length > MOST_STATIONS || firewalls > MOST_FIREWALLS)
    throw new GatewrightError(
      'GW_LINE_CROWDED',
      `there are ${ports.length} VMs and ${firewalls} firewalls on this bus, at most ${MOST_STATIONS} and ${MOST_FIREWALLS} can be; take some off it`,
    );
  const drafts = ports.map(({ vm, guards }) => ({
    vm,
    firewalls: guards.map(({ firewall, rules }) => ({ firewall, rules: rules.map(({ id }) => id) })),
    filters: guards.flatMap(guard => filtersOf(vm, guard)),
  }));
  const numbered = numbers.assign(drafts.flatMap(({ filters }) => filters.map(({ id }) => id)));
  return drafts.map(({ filters, ...draft }) => ({
    ...draft,
    filters: filters.map(filter => ({ ...filter, number: numbered.get(filter.id) ?? 0 })),
  }));
}

function filtersOf(vm: Station['vm'], { firewall, rules }: LineGuard): readonly Omit<BusFilter, 'number'>[] {
  const { fromVm, toVm } = canWords.guard?.(firewall, rules) ?? {};
  const filter = (direction: 'in' | 'out', program: FilterProgram) => {
    const id = `${direction} ${vm} ${firewall}`;
    return { id, log: `log ${id} ${mark(program)}`, vm, firewall, direction, program };
  };
  return [
    ...(fromVm === undefined ? [] : [filter('in', fromVm)]),
    ...(toVm === undefined ? [] : [filter('out', toVm)]),
  ];
}

/** The same for programs whose rules have the same names in the same order. */
function mark({ rules }: FilterProgram): string {
  const names = JSON.stringify(rules.map(({ id }) => id));
  return createHash('sha256').update(names).digest('hex').slice(0, 12);
}
