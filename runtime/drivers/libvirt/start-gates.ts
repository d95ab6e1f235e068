// VMs that are started once attestation gates are open, and not before. One that runs is not stopped: its links are cut by whoever
// holds them. What was open before this process is not known, so every VM waits anew.
import type { Address } from '../../model/address.ts';
import type { Gated } from '../../model/kinds/gated.ts';

export class StartGates {
  readonly #until = new Map<Address<'gate'>, number>();
  /** VMs that were started since: when they are off now, somebody switched them off. */
  readonly #started = new Set<Address<'vm'>>();

  /** @param forMs  0 closes it */
  set(gate: Address<'gate'>, forMs: number): void {
    if (forMs > 0) this.#until.set(gate, performance.now() + forMs);
    else this.#until.delete(gate);
  }

  /** Those of the gates that are closed; none for a VM that waits for none. */
  closed(gates: readonly Gated[] = []): readonly Address<'gate'>[] {
    return gates.map(({ by }) => by).filter(gate => (this.#until.get(gate) ?? 0) <= performance.now());
  }

  started(vm: Address<'vm'>): void {
    this.#started.add(vm);
  }

  /** Whether a VM that is off is so because of its gates, as far as this process knows. */
  holds(vm: Address<'vm'>, gates: readonly Gated[] | undefined): boolean {
    return gates !== undefined && !this.#started.has(vm);
  }
}
