// VMs that are started once attestation gates are open, and not before. One that runs is not stopped: its links are cut by whoever
// holds them. What was open before this process is not known, so every VM waits anew.
import { OpenGates, waitsFor } from '../../host/open-gates.ts';
import type { Address } from '../../model/address.ts';
import type { PowerAction } from '../../model/console.ts';
import type { Gated } from '../../model/kinds/gated.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { isUp, type OwnDomain } from './inventory.ts';

export class StartGates {
  readonly #open = new OpenGates();
  /** VMs that were started since: when they are off now, somebody switched them off. */
  readonly #started = new Set<Address<'vm'>>();

  /** @param forMs  0 closes it */
  set(gate: Address<'gate'>, forMs: number): void {
    this.#open.set(gate, forMs);
  }

  /** Those of the gates that are closed; none for a VM that waits for none. */
  closed(gates: readonly Gated[] = []): readonly Address<'gate'>[] {
    return this.#open.closed(gates).map(({ by }) => by);
  }

  started(vm: Address<'vm'>): void {
    this.#started.add(vm);
  }

  /** A VM that is off, and whom its gates alone keep so. */
  held(vm: Address<'vm'>): void {
    this.#started.delete(vm);
  }

  /** Domains that were held back by this gate and by no other any more. */
  startable(domains: readonly OwnDomain[], gate: Address<'gate'>): readonly OwnDomain[] {
    return domains.filter(domain => {
      const { gates } = domain.config.spec;
      return gates?.some(({ by }) => by === gate) === true && this.#holds(domain) && this.closed(gates).length === 0;
    });
  }

  /** A VM that was not started because its gates are closed is as drawn, and says what it waits for. */
  observed(domain: OwnDomain, found: ObservedResource<'vm'>): ObservedResource<'vm'> {
    if (!this.#holds(domain)) return found;
    const status = { ...found.status, waitsFor: this.closed(domain.config.spec.gates) };
    return { ...found, spec: { ...found.spec, running: true }, status };
  }

  /** @throws GatewrightError GW_ATTEST_CLOSED when somebody would start a VM that waits */
  refuseStart({ config, state }: OwnDomain, action: PowerAction): void {
    const [closed] = this.closed(config.spec.gates);
    if (closed === undefined || isUp(state) || action !== 'start') return;
    throw waitsFor(config.address, closed);
  }

  /** Whether a VM is off because of its gates, as far as this process knows. */
  #holds({ config, state }: OwnDomain): boolean {
    return config.spec.gates !== undefined && !isUp(state) && !this.#started.has(config.address);
  }
}
