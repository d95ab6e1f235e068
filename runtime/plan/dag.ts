// A directed graph of names, each with the names it needs. Knows nothing of resources or steps; the planner orders with it,
// the agent walks it in parallel.
import { GatewrightError } from '../model/errors.ts';

/** What each name needs. Names that are needed but have no entry of their own are taken as done. */
export type Needs = ReadonlyMap<string, Iterable<string>>;

/**
 * Walks a graph: hands out what is ready, once, and takes back what is done. The order of the map is the order in which
 * names that are ready together are handed out, so a walk is deterministic.
 */
export class Walk {
  readonly #waiting = new Map<string, number>();
  readonly #dependents = new Map<string, string[]>();
  readonly #rank = new Map<string, number>();
  #ready: string[] = [];
  #unfinished: number;

  constructor(needs: Needs) {
    this.#unfinished = needs.size;
    for (const [name, wanted] of needs) this.#add(name, wanted, needs);
  }

  #add(name: string, wanted: Iterable<string>, needs: Needs): void {
    const open = [...new Set(wanted)].filter(need => needs.has(need));
    this.#rank.set(name, this.#rank.size);
    this.#waiting.set(name, open.length);
    if (open.length === 0) this.#ready.push(name);
    for (const need of open) {
      const dependents = this.#dependents.get(need);
      if (dependents === undefined) this.#dependents.set(need, [name]);
      else dependents.push(name);
    }
  }

  /** Everything that became ready since the last call, in the order of the map. Each name is handed out once. */
  ready(): readonly string[] {
    const ready = this.#ready.sort((a, b) => this.#rankOf(a) - this.#rankOf(b));
    this.#ready = [];
    return ready;
  }

  /** Reports a name as done, which may make others ready. Call it once per name. */
  done(name: string): void {
    this.#unfinished -= 1;
    for (const dependent of this.#dependents.get(name) ?? []) {
      const left = (this.#waiting.get(dependent) ?? 0) - 1;
      this.#waiting.set(dependent, left);
      if (left === 0) this.#ready.push(dependent);
    }
  }

  /** How many names are not done. */
  get unfinished(): number {
    return this.#unfinished;
  }

  #rankOf(name: string): number {
    return this.#rank.get(name) ?? 0;
  }
}

/**
 * All names, each after those it needs; otherwise as early and as close to the order of the map as can be.
 * @throws GatewrightError GW_PLAN_CYCLE that names the members of a cycle
 */
export function topologicalOrder(needs: Needs): readonly string[] {
  const walk = new Walk(needs);
  const order: string[] = [];
  for (let wave = walk.ready(); wave.length > 0; wave = walk.ready()) {
    order.push(...wave);
    for (const name of wave) walk.done(name);
  }
  if (walk.unfinished === 0) return order;
  const members = findCycle(needs, new Set(order)).join(' → ');
  throw new GatewrightError('GW_PLAN_CYCLE', `these need each other: ${members}; break the circle in the drawing`);
}

/** One cycle among the names that are not in `settled`, its first member repeated at the end. */
function findCycle(needs: Needs, settled: ReadonlySet<string>): readonly string[] {
  const seen = new Set<string>();
  let name = [...needs.keys()].find(key => !settled.has(key));
  // Whatever no walk can finish needs something else that no walk can finish, so this always runs into its own path.
  while (name !== undefined && !seen.has(name)) {
    seen.add(name);
    name = [...(needs.get(name) ?? [])].find(need => needs.has(need) && !settled.has(need));
  }
  const path = [...seen];
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}
