// VMs as the agent works with them. The file of a VM comes first and goes last, so that a process killed in between finds
// what it had begun.
import { refuseAborted } from '../../host/abort.ts';
import type { Stored } from '../../host/resource-files.ts';
import type { Hold } from '../../host/shared.ts';
import { Watches } from '../../host/watches.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import type { ConsoleLine, PowerAction } from '../../model/console.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import { SPECS } from '../../model/kind.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { FieldChange } from '../../model/plan.ts';
import type { Resource } from '../../model/resource.ts';
import { changedFields } from './changed-fields.ts';
import type { Fleet } from './fleet.ts';
import { MUTABLE } from './mutable.ts';

export class VmHandle implements Handle<'vm'> {
  readonly #hold: Hold<Fleet>;
  readonly #fleet: Fleet;
  readonly #watches = new Watches();
  #orders: Promise<void> = Promise.resolve();

  constructor(hold: Hold<Fleet>) {
    this.#hold = hold;
    this.#fleet = hold.value;
  }

  async observe(signal?: AbortSignal): Promise<readonly ObservedResource<'vm'>[]> {
    refuseAborted(signal);
    await this.#fleet.restored;
    return (await this.#fleet.store.list()).map(stored => this.#seen(stored));
  }

  create(resource: Resource<'vm'>, context: StepContext): Promise<void> {
    return this.#ensure(resource, context);
  }

  update(
    resource: Resource<'vm'>,
    _changes: readonly FieldChange[],
    context: StepContext,
    was?: Address<'vm'>,
  ): Promise<void> {
    return this.#ensure(resource, context, was);
  }

  async remove(address: Address<'vm'>, { signal }: StepContext): Promise<void> {
    refuseAborted(signal);
    await this.#fleet.restored;
    await this.#fleet.drop(address);
    await this.#fleet.store.remove(address);
  }

  async openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    await this.#fleet.restored;
    this.#fleet.openGate(gate, forMs);
  }

  watch(changed: () => void): () => void {
    return this.#watches.add(this.#fleet.listen(changed));
  }

  async console(address: Address<'vm'>): Promise<ConsoleLine | undefined> {
    const there = await this.#fleet.store.read(address);
    return there === undefined ? undefined : this.#fleet.take(address).console;
  }

  /** Orders are taken in the order in which they are given, however long it takes to look at the file of the VM. */
  async power(address: Address<'vm'>, action: PowerAction): Promise<void> {
    const begun = this.#orders.then(() => this.#begin(address, action));
    this.#orders = begun.then(
      () => {},
      () => {}, // told to whoever gave it
    );
    await (await begun).done;
    this.#fleet.tell();
  }

  async close(): Promise<void> {
    this.#watches.close();
    await this.#hold.release();
  }

  async #ensure({ address, spec }: Resource<'vm'>, context: StepContext, was?: Address<'vm'>): Promise<void> {
    const { signal, generation, progress = () => {} } = context;
    refuseAborted(signal);
    await this.#fleet.restored;
    await this.#fleet.store.write({ address, generation, spec, by: this.#fleet.hypervisor });
    refuseAborted(signal);
    const guest = this.#fleet.take(address, was);
    if (was !== undefined && was !== address) await this.#fleet.store.remove(was);
    if (!spec.running) {
      this.#fleet.held.release(address);
      return guest.stop('it is drawn as stopped');
    }
    const { applied } = guest;
    if (applied === undefined || mustRestart(applied, spec)) {
      if (this.#fleet.held.hold(address, spec)) return guest.stop('it waits for its gates');
      return guest.start({ address, name: nameOf(address), spec, signal, progress });
    }
    await guest.takeOver(address, spec);
    if (!guest.running) await guest.resume();
  }

  /** Resolves when the order stands in the guest's own queue; `done` when it is carried out. */
  async #begin(address: Address<'vm'>, action: PowerAction): Promise<{ readonly done: Promise<void> }> {
    const stored = await this.#fleet.store.read(address);
    if (stored === undefined)
      throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no VM ${address}; apply it first`, { address });
    await this.#fleet.restored;
    return { done: this.#switch(stored, action) };
  }

  #switch({ address, spec }: Stored<'vm'>, action: PowerAction): Promise<void> {
    const guest = this.#fleet.take(address);
    if (action === 'stop') {
      this.#fleet.held.release(address);
      return guest.stop('it was switched off');
    }
    if (action === 'pause') return guest.pause();
    if (action === 'resume') return guest.resume();
    if (guest.state === 'stopped') this.#fleet.held.refuseStart(address, spec);
    // A first boot on a busy machine takes minutes, and a process that ends does not wait for it.
    const signal = AbortSignal.any([this.#fleet.ending, AbortSignal.timeout(300_000)]);
    const order = { address, name: nameOf(address), spec: SPECS.vm.parse(spec), signal, progress: () => {} };
    return action === 'start' ? guest.switchOn(order) : guest.start(order);
  }

  /** What runs says more than the file, which says what was asked for last. */
  #seen({ address, generation, spec, by }: Stored<'vm'>): ObservedResource<'vm'> {
    const guest = this.#fleet.guest(address);
    const waitsFor = guest?.applied === undefined ? this.#fleet.held.waitsFor(address) : undefined;
    if (waitsFor !== undefined)
      return {
        kind: 'vm',
        address,
        generation,
        spec,
        status: { state: 'stopped', why: 'it waits for its gates', waitsFor },
      };
    const is = guest?.applied ?? spec;
    const state = guest?.state ?? 'stopped';
    const without = by === this.#fleet.hypervisor ? 'it runs in another process, or in none' : `${by} ran it`;
    const status = state === 'stopped' ? { state, why: guest?.why ?? without } : { state };
    return { kind: 'vm', address, generation, spec: { ...is, running: state === 'running' }, status };
  }
}

function mustRestart(from: VmSpec, to: VmSpec): boolean {
  return changedFields(from, to).some(field => MUTABLE[field] !== 'live');
}

function nameOf(address: Address<'vm'>): string {
  return parseAddress(address)?.name ?? '';
}
