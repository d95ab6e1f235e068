// One VM in this process: its console, which stays, and the emulated PC that comes and goes with power.
import type { CableEnd } from '../../host/cables.ts';
import { ConsoleBuffer } from '../../host/console-buffer.ts';
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';
import type { Progress } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import { type BootWorld, identityCommand, prepare, type StartFrom } from './boot.ts';
import { Machine } from './machine.ts';

/** How long a guest may take to become somebody. It takes a third of a second on an idle machine. */
const ANSWER_WITHIN_MS = 120_000;

export interface GuestWorld extends BootWorld {
  readonly host: Host;
  readonly now: () => number;
  /** The PC has ended by itself. */
  readonly changed: () => void;
}

export class Guest {
  readonly console = new ConsoleBuffer(bytes => this.#machine?.type('console', bytes));
  readonly #world: GuestWorld;
  #machine: Machine | undefined;
  #cables: readonly CableEnd[] = [];
  /** What it was switched on with. */
  #applied: VmSpec | undefined;
  #why = 'not started yet';
  #turn: Promise<void> = Promise.resolve();

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  /** Whether it computes now. */
  get running(): boolean {
    return this.#machine?.running === true;
  }

  get state(): 'running' | 'paused' | 'stopped' {
    if (this.running) return 'running';
    return this.#machine === undefined || this.#machine.ended ? 'stopped' : 'paused';
  }

  /** What runs now, which may be older than what is drawn; `undefined` when it is off. */
  get applied(): VmSpec | undefined {
    return this.state === 'stopped' ? undefined : this.#applied;
  }

  /** Why it is off, in words. */
  get why(): string {
    return this.#why;
  }

  /**
   * Switches it on; what runs is switched off before.
   * @throws GatewrightError GW_IMAGE_UNUSABLE, GW_HOST_IO, GW_HOST_UNEXPECTED, GW_CANCELLED; it is off then
   */
  start(address: Address<'vm'>, name: string, spec: VmSpec, signal: AbortSignal, progress: Progress): Promise<void> {
    return this.#serially(async () => {
      await this.#off('it starts anew');
      try {
        const from = await prepare(this.#world, spec, signal, progress);
        await this.#goOn(from, name, spec, signal);
      } catch (error) {
        await this.#off('it could not be started');
        if (!(error instanceof GatewrightError) || error.address !== undefined) throw error;
        throw new GatewrightError(error.code, error.message, { address, cause: error });
      }
    });
  }

  resume(): Promise<void> {
    return this.#serially(async () => this.#machine?.resume());
  }

  pause(): Promise<void> {
    return this.#serially(async () => this.#machine?.pause());
  }

  /** Pulls the plug. */
  stop(why: string): Promise<void> {
    return this.#serially(() => this.#off(why));
  }

  /** What differs only in what a running guest does not notice. */
  takeOver(spec: VmSpec): void {
    this.#applied = spec;
  }

  /** One switch at a time: two starts at once would leave a PC that nobody knows. */
  #serially(work: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => {}); // told to whoever asked for it
    return next;
  }

  async #off(why: string): Promise<void> {
    const machine = this.#machine;
    this.#machine = undefined;
    this.#applied = undefined;
    this.#why = why;
    for (const cable of this.#cables) cable.unplug();
    this.#cables = [];
    await machine?.end();
  }

  async #goOn(from: StartFrom, name: string, spec: VmSpec, signal: AbortSignal): Promise<void> {
    let cable: CableEnd | undefined;
    const machine: Machine = new Machine(from.boot, {
      console: bytes => this.console.said(bytes),
      frame: frame => cable?.send(frame),
      ended: why => this.#ended(machine, why),
    });
    this.#machine = machine;
    this.#applied = spec;
    this.#cables = spec.nics.map(nic =>
      this.#world.host.cables.plug(nic.port, 'station', frame => machine.receive(frame)),
    );
    await machine.started().catch(async (error: unknown) => {
      await from.discard(); // the next start boots anew
      throw error;
    });
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const answer = await machine.control.ask(identityCommand(name, spec, this.#world.now()), within);
    if (answer.status !== 0)
      throw new GatewrightError(
        'GW_HOST_UNEXPECTED',
        `the guest refused its name and addresses: ${answer.output.slice(-300)}`,
      );
    cable = this.#cables[0];
    // Its shell asked for a line before it knew its name.
    machine.type('console', Buffer.from('\r'));
  }

  #ended(machine: Machine, why: string): void {
    if (machine !== this.#machine) return;
    void this.#off(why).then(() => this.#world.changed());
  }
}
