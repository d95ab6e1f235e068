// VMs that are off because attestation gates are closed, and for no other reason: each is started when all of its gates are open, and
// not before. One that runs is not stopped: its links are cut by whoever holds them.
import { OpenGates, waitsFor } from '../../host/open-gates.ts';
import type { Address } from '../../model/address.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';

export class HeldVms {
  readonly #open = new OpenGates();
  readonly #held = new Map<Address<'vm'>, VmSpec>();
  /** Those of them that are being started. */
  readonly #starting = new Set<Address<'vm'>>();

  /** @param forMs  0 closes it */
  set(gate: Address<'gate'>, forMs: number): void {
    this.#open.set(gate, forMs);
  }

  /** Whether a VM that is off must stay off; it is started later then. */
  hold(vm: Address<'vm'>, spec: VmSpec): boolean {
    this.release(vm);
    if (this.#open.closed(spec.gates).length === 0) return false;
    this.#held.set(vm, spec);
    return true;
  }

  /** It is on, or off for another reason. */
  release(vm: Address<'vm'>): void {
    this.#held.delete(vm);
    this.#starting.delete(vm);
  }

  /** Those that wait for nothing any more, each once. {@link tried} says how it ended. */
  startable(): readonly (readonly [Address<'vm'>, VmSpec])[] {
    const waiting = [...this.#held].filter(([vm]) => !this.#starting.has(vm));
    const free = waiting.filter(([, { gates }]) => this.#open.closed(gates).length === 0);
    for (const [vm] of free) this.#starting.add(vm);
    return free;
  }

  /** It is on now, or could not be started; meanwhile somebody may have made it wait anew. */
  tried(vm: Address<'vm'>): void {
    if (this.#starting.has(vm)) this.release(vm);
  }

  /** The closed gates of a VM that is held; undefined when it is not, none while it is being started. */
  waitsFor(vm: Address<'vm'>): readonly Address<'gate'>[] | undefined {
    const spec = this.#held.get(vm);
    if (spec !== undefined && this.#starting.has(vm)) return [];
    return spec === undefined ? undefined : this.#open.closed(spec.gates).map(({ by }) => by);
  }

  /** @throws GatewrightError GW_ATTEST_CLOSED when somebody would start a VM that is off while a gate of it is closed */
  refuseStart(vm: Address<'vm'>, { gates }: Partial<VmSpec>): void {
    const [closed] = this.#open.closed(gates);
    if (closed !== undefined) throw waitsFor(vm, closed.by);
  }
}
