// Policies as they are while attestation gates are closed: a link that waits for one has no rule that lets anything pass. ARP and
// requests for leases, which no rule is about, are as without it.
import type { Address } from '../../model/address.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import type { Living } from './part.ts';

export class GatedPolicies {
  readonly #now: () => number;
  readonly #open = new Map<Address<'gate'>, number>();
  /** By what is drawn: what was made of it last, and for which closed links; the same again is the same object. */
  readonly #made = new WeakMap<PolicySpec, { readonly closed: string; readonly spec: PolicySpec }>();

  /** @param now  milliseconds, of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param forMs  0 closes it */
  open(gate: Address<'gate'>, forMs: number): void {
    if (forMs > 0) this.#open.set(gate, this.#now() + forMs);
    else this.#open.delete(gate);
  }

  /** As they count now. */
  asTheyAre(policies: readonly Living<'policy'>[]): readonly Living<'policy'>[] {
    return policies.map(policy => ({ ...policy, spec: this.#gated(policy.spec) }));
  }

  /** Milliseconds until the next gate that some link waits for closes; undefined when none is open. */
  untilNextClosing(policies: readonly Living<'policy'>[]): number | undefined {
    const gates = policies.flatMap(({ spec }) =>
      spec.links.flatMap(({ gates: waits = [] }) => waits.map(({ by }) => by)),
    );
    const left = gates.map(gate => (this.#open.get(gate) ?? 0) - this.#now()).filter(ms => ms > 0);
    return left.length === 0 ? undefined : Math.min(...left);
  }

  #gated(spec: PolicySpec): PolicySpec {
    const isClosed = ({ gates = [] }: PolicySpec['links'][number]) =>
      gates.some(({ by }) => (this.#open.get(by) ?? 0) <= this.#now());
    const closed = spec.links.map(link => (isClosed(link) ? '1' : '0')).join('');
    if (!closed.includes('1')) return spec;
    const known = this.#made.get(spec);
    if (known?.closed === closed) return known.spec;
    const links = spec.links.map(link => (isClosed(link) ? { ...link, rules: [] } : link));
    const made = { closed, spec: { ...spec, links } };
    this.#made.set(spec, made);
    return made.spec;
  }
}
