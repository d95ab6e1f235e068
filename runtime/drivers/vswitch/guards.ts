// The filters of a gateway's policies: one for every segment of the policy's tenant. A changed policy goes on with the
// filter that is there, so that known flows stay known.
import type { Address } from '../../model/address.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import type { Counter, Figures } from '../../switch/filter/figures.ts';
import { PolicyFilter } from '../../switch/filter/policy-filter.ts';
import type { RequestEar } from '../../switch/filter/request-ear.ts';
import type { Doors } from './doors.ts';
import type { Living } from './part.ts';

interface Kept {
  readonly filter: PolicyFilter;
  policy: Address;
  spec: PolicySpec;
}

/** Somebody who hears what is asked through a firewall of a policy. */
export interface Listener {
  readonly policy: Address<'policy'>;
  readonly ear: RequestEar;
  /** The policy has gone. */
  readonly ended: () => void;
}

export class Guards {
  readonly #now: () => number;
  readonly #doors: Doors;
  readonly #kept = new Map<Address, Kept>();
  readonly #listeners = new Set<Listener>();

  /** @param now  milliseconds, above 0, of a clock that never goes back */
  constructor(now: () => number, doors: Doors) {
    this.#now = now;
    this.#doors = doors;
  }

  /** The filters of segments as the policies say; a segment of a tenant without a policy has none. */
  bring(segments: readonly Living<'segment'>[], policies: readonly Living<'policy'>[]): void {
    const present = new Set<Address>(segments.map(segment => segment.address));
    for (const address of this.#kept.keys()) if (!present.has(address)) this.#kept.delete(address);
    for (const { address, spec } of segments) {
      const policy = policies.find(each => each.spec.tenant === spec.tenant);
      if (policy === undefined) this.#kept.delete(address);
      else this.#enforce(address, policy);
    }
    this.#plugEars();
    const here = new Set<Address>(policies.map(({ address }) => address));
    for (const listener of this.#listeners) if (!here.has(listener.policy)) listener.ended();
  }

  /** @returns how to stop */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#plugEars();
    return () => {
      this.#listeners.delete(listener);
      this.#plugEars();
    };
  }

  /** A filter that nobody listens to has none, so that its packets cost nothing more. */
  #plugEars(): void {
    for (const { filter, policy } of this.#kept.values()) {
      const own = [...this.#listeners].filter(listener => listener.policy === policy);
      filter.ears = own.length === 0 ? undefined : own.map(({ ear }) => ear);
    }
  }

  #enforce(segment: Address, { address, spec }: Living<'policy'>): void {
    const kept = this.#kept.get(segment);
    if (kept === undefined) {
      const filter = new PolicyFilter(spec, segment, { now: this.#now, doors: gate => this.#doors.of(gate) });
      this.#kept.set(segment, { filter, policy: address, spec });
    } else {
      if (kept.spec !== spec) kept.filter.change(spec);
      Object.assign(kept, { policy: address, spec });
    }
  }

  of(segment: Address): PolicyFilter | undefined {
    return this.#kept.get(segment)?.filter;
  }

  /** What a policy counted on all its segments; empty when it has none. */
  status(policy: Address): Readonly<Record<string, unknown>> {
    const own = [...this.#kept].filter(([, kept]) => kept.policy === policy);
    const all = own.map(([, kept]) => kept.filter.counters());
    return { segments: own.map(([segment]) => segment).sort(), ...(all.length === 0 ? {} : all.reduce(together)) };
  }
}

/** Ports belong to one segment, so their counters never meet; what is counted for a segment as a whole is added up. */
function together(one: Figures, other: Figures): Figures {
  return {
    counters: { ...one.counters, ...other.counters },
    spoofed: { ...one.spoofed, ...other.spoofed },
    gates: addedUp(one.gates, other.gates),
    dhcp: { ...one.dhcp, ...other.dhcp },
    dropped: {
      notIp: sum(one.dropped.notIp, other.dropped.notIp),
      invalid: sum(one.dropped.invalid, other.dropped.invalid),
      host: sum(one.dropped.host, other.dropped.host),
    },
  };
}

/** Links on several segments may wait for one gate. */
function addedUp(one: Figures['gates'], other: Figures['gates']): Figures['gates'] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const none: Counter = { packets: 0, bytes: 0 };
  return Object.fromEntries(names.map(name => [name, sum(one[name] ?? none, other[name] ?? none)]));
}

function sum(one: Counter, other: Counter): Counter {
  return { packets: one.packets + other.packets, bytes: one.bytes + other.bytes };
}
