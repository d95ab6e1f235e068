// The VMs of one gateway in this process. Connections to the driver share them; the first one starts what the files say
// runs, the last one to go switches everything off.
import type { Host } from '../../host/host.ts';
import { openStore, type Store, type Stored } from '../../host/resource-files.ts';
import { type Hold, Shared } from '../../host/shared.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import { messageOf } from '../../model/errors.ts';
import { SPECS } from '../../model/kind.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import { Guest } from './guest.ts';
import { HeldVms } from './held-vms.ts';
import type { Hypervisor, HypervisorName } from './hypervisor.ts';
import { GuestSockets, type SocketPlaces } from './sockets.ts';

export interface FleetOptions {
  readonly host: Host;
  /** Folder of the gateway's files. */
  readonly folder: string;
  readonly sockets: SocketPlaces;
  readonly hypervisor: Hypervisor;
  readonly now: () => number;
}

export class Fleet {
  readonly store: Store<'vm'>;
  readonly held = new HeldVms();
  readonly #options: FleetOptions;
  readonly #guests = new Map<Address<'vm'>, Guest>();
  readonly #listeners = new Set<() => void>();
  readonly #sockets: GuestSockets;
  readonly #stop = new AbortController();
  #restored: Promise<void> = Promise.resolve();

  constructor(options: FleetOptions) {
    this.#options = options;
    this.store = openStore(options.host, options.folder, 'vm');
    this.#sockets = new GuestSockets(options.host, options.sockets);
  }

  /** What runs the guests of this fleet. */
  get hypervisor(): HypervisorName {
    return this.#options.hypervisor.name;
  }

  /** Resolves when what should run after a start of this process was tried. */
  get restored(): Promise<void> {
    return this.#restored;
  }

  /** Aborted when everything is to be switched off. */
  get ending(): AbortSignal {
    return this.#stop.signal;
  }

  /** Starts what the files say runs, in the background. */
  restore(): void {
    this.#restored = this.#restoreAll();
    this.#restored.catch(() => {}); // an unreadable folder is told by whoever observes it
  }

  guest(address: Address<'vm'>): Guest | undefined {
    return this.#guests.get(address);
  }

  /** The VM of an address, which is off when it is new. @param was  the address it had before */
  take(address: Address<'vm'>, was?: Address<'vm'>): Guest {
    const found = this.#guests.get(address) ?? (was === undefined ? undefined : this.#guests.get(was));
    const { host, now, hypervisor } = this.#options;
    const world = { host, now, hypervisor, sockets: this.#sockets, changed: () => this.tell() };
    const guest = found ?? new Guest(world);
    if (was !== undefined) this.#guests.delete(was);
    if (was !== undefined && was !== address) this.held.release(was);
    this.#guests.set(address, guest);
    return guest;
  }

  async drop(address: Address<'vm'>): Promise<void> {
    const guest = this.#guests.get(address);
    this.#guests.delete(address);
    this.held.release(address);
    await guest?.stop('it was removed');
    await this.#sockets.forget(address);
  }

  /** Tells every connection that something may have changed. */
  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  listen(changed: () => void): () => void {
    const own = () => changed();
    this.#listeners.add(own);
    const stop = this.store.watch(own);
    return () => {
      this.#listeners.delete(own);
      stop();
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#restored.catch(() => {});
    await Promise.all([...this.#guests.keys()].map(address => this.drop(address)));
  }

  async #restoreAll(): Promise<void> {
    const stored = await this.store.list();
    await this.#sockets.sweep(stored.map(each => each.address));
    await Promise.all(stored.map(each => this.#restoreOne(each)));
  }

  /**
   * A VM that cannot be started stays off, which is seen; nothing else suffers. One that another hypervisor ran is nobody's
   * until somebody approves of the change.
   */
  async #restoreOne({ address, spec, by }: Stored<'vm'>): Promise<void> {
    const whole = SPECS.vm.safeParse(spec);
    if (!whole.success || !whole.data.running || by !== this.hypervisor) return;
    if (!this.held.hold(address, whole.data)) await this.#start(address, whole.data);
  }

  /**
   * Opens a gate for so long, and starts in the background whoever waited for nothing else: a boot takes long, and nobody else shall wait
   * for it.
   */
  openGate(gate: Address<'gate'>, forMs: number): void {
    this.held.set(gate, forMs);
    for (const [vm, spec] of this.held.startable()) void this.#start(vm, spec).then(() => this.held.tried(vm));
  }

  async #start(address: Address<'vm'>, spec: VmSpec): Promise<void> {
    const name = parseAddress(address)?.name ?? '';
    try {
      const order = { address, name, spec, signal: this.#stop.signal, progress: () => {} };
      await this.take(address).switchOn(order);
    } catch (error) {
      if (!this.#stop.signal.aborted)
        process.emitWarning(`${address} does not start: ${messageOf(error)}`, 'GatewrightWarning');
    }
    this.tell();
  }
}

const fleets = new Shared<Fleet>();

/** A connection's hold on the VMs of a gateway: by the folder of their files and what runs them. */
export function holdFleet(options: FleetOptions): Promise<Hold<Fleet>> {
  return fleets.hold(options.host.cables, `${options.hypervisor.name} ${options.folder}`, async () => {
    const fleet = new Fleet(options);
    fleet.restore();
    return fleet;
  });
}
