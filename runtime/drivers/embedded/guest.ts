// One VM: its console, which stays, and the PC that comes and goes with power.
import type { CableEnd } from '../../host/cables.ts';
import { ConsoleBuffer } from '../../host/console-buffer.ts';
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { BootOrder, Hypervisor, Pc, PcEnds } from './hypervisor.ts';
import { identityCommand } from './identity.ts';
import type { GuestSockets } from './sockets.ts';

/** How long a guest may take to become somebody. It takes a third of a second on an idle machine. */
const ANSWER_WITHIN_MS = 120_000;

export interface GuestWorld {
  readonly host: Host;
  readonly hypervisor: Hypervisor;
  readonly now: () => number;
  readonly sockets: GuestSockets;
  /** The PC has ended by itself. */
  readonly changed: () => void;
}

/** One time of being on. */
class Session {
  /** What it runs as now. */
  address: Address<'vm'>;
  applied: VmSpec;
  /** For the sockets of the PC. */
  readonly folder: string;
  pc: Pc | undefined;
  cables: readonly CableEnd[] = [];
  /** Where its cards may send: nowhere before it is somebody. */
  open: readonly CableEnd[] = [];

  constructor({ address, spec }: BootOrder, folder: string) {
    this.address = address;
    this.applied = spec;
    this.folder = folder;
  }
}

export class Guest {
  readonly console = new ConsoleBuffer(bytes => this.#session?.pc?.type(bytes));
  readonly #world: GuestWorld;
  #session: Session | undefined;
  #why = 'not started yet';
  #turn: Promise<void> = Promise.resolve();

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  /** Whether it computes now. */
  get running(): boolean {
    return this.#session?.pc?.running === true;
  }

  get state(): 'running' | 'paused' | 'stopped' {
    if (this.running) return 'running';
    return this.#session?.pc?.ended === false ? 'paused' : 'stopped';
  }

  /** What runs now, which may be older than what is drawn; `undefined` when it is off. */
  get applied(): VmSpec | undefined {
    return this.state === 'stopped' ? undefined : this.#session?.applied;
  }

  /** Why it is off, in words. */
  get why(): string {
    return this.#why;
  }

  /**
   * Switches it on; what runs is switched off before.
   * @throws GatewrightError as `Hypervisor.boot` says; it is off then
   */
  start(order: BootOrder): Promise<void> {
    return this.#serially(() => this.#anew(order));
  }

  /** Switches it on when it is off in its turn, and lets it go on when it is not. @throws as {@link start} */
  switchOn(order: BootOrder): Promise<void> {
    return this.#serially(async () => (this.state === 'stopped' ? this.#anew(order) : this.#session?.pc?.resume()));
  }

  resume(): Promise<void> {
    return this.#serially(async () => this.#session?.pc?.resume());
  }

  pause(): Promise<void> {
    return this.#serially(async () => this.#session?.pc?.pause());
  }

  /** Pulls the plug. */
  stop(why: string): Promise<void> {
    return this.#serially(() => this.#off(why));
  }

  /** What differs only in what a running guest does not notice. @param address  which may be another one than before */
  takeOver(address: Address<'vm'>, spec: VmSpec): Promise<void> {
    return this.#serially(async () => {
      const session = this.#session;
      if (session === undefined) return;
      const { sockets } = this.#world;
      if (session.address !== address) await sockets.withdraw(session.address, session.folder);
      session.address = address;
      session.applied = spec;
      await sockets.publish(address, session.folder);
    });
  }

  /** One switch at a time: two starts at once would leave a PC that nobody knows. */
  #serially(work: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => {}); // told to whoever asked for it
    return next;
  }

  async #anew(order: BootOrder): Promise<void> {
    await this.#off('it starts anew');
    try {
      await this.#on(order);
    } catch (error) {
      await this.#off('it could not be started');
      if (!(error instanceof GatewrightError) || error.address !== undefined) throw error;
      throw new GatewrightError(error.code, error.message, { address: order.address, cause: error });
    }
  }

  async #off(why: string): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#why = why;
    if (session === undefined) return;
    const { sockets } = this.#world;
    for (const cable of session.cables) cable.unplug();
    await session.pc?.end();
    await sockets.withdraw(session.address, session.folder);
    await sockets.release(session.folder);
  }

  async #on(order: BootOrder): Promise<void> {
    const { address, name, spec, signal } = order;
    const { hypervisor, host, now, sockets } = this.#world;
    const folder = sockets.take();
    const session = new Session(order, folder);
    this.#session = session;
    const ends: PcEnds = {
      console: bytes => this.console.said(bytes),
      frame: (frame, card) => session.open[card]?.send(frame),
      ended: why => this.#ended(session, why),
    };
    const pc = await hypervisor.boot({ ...order, folder }, ends);
    session.pc = pc;
    session.cables = spec.nics.map(({ port }, card) =>
      host.cables.plug(port, 'station', frame => pc.receive(frame, card)),
    );
    await sockets.publish(address, folder);
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const answer = await pc.control.ask(identityCommand(name, spec, now()), within);
    if (answer.status !== 0)
      throw new GatewrightError(
        'GW_HOST_UNEXPECTED',
        `the guest refused its name and addresses: ${answer.output.slice(-300)}`,
      );
    session.open = session.cables;
    // Its shell asked for a line before it knew its name.
    pc.type(Buffer.from('\r'));
  }

  /** While it boots, whoever boots it is told. In its turn, so that whoever stops it waits until nothing of it is left. */
  #ended(session: Session, why: string): void {
    const taken = this.#serially(async () => {
      if (session !== this.#session || session.pc === undefined) return;
      await this.#off(why);
      this.#world.changed();
    });
    taken.catch((error: unknown) => {
      process.emitWarning(`something of ${session.address} is left: ${messageOf(error)}`, 'GatewrightWarning');
    });
  }
}
