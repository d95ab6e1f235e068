// The lines of one gateway in this process.
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import { gatedPorts, nextClosing } from './gated-ports.ts';
import { LiveLine, type Surroundings } from './live-line.ts';

/** Milliseconds of a clock that only goes forward, sleep of the process included. */
const steady = () => performance.now();

export class Lines {
  readonly #surroundings: Surroundings;
  readonly #lines = new Map<Address<'line'>, LiveLine>();
  readonly #open = new Map<Address<'gate'>, number>();
  #closing: NodeJS.Timeout | undefined;
  #regating: Promise<void> = Promise.resolve();

  constructor(surroundings: Omit<Surroundings, 'gated'>) {
    const gated: Surroundings['gated'] = (ports, words) => gatedPorts(ports, words, this.#open, steady());
    this.#surroundings = { ...surroundings, gated };
  }

  /** Opens a gate for so long; 0 closes it. What waits for it is held up again by itself then. */
  async openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    if (forMs > 0) this.#open.set(gate, steady() + forMs);
    else this.#open.delete(gate);
    await this.#regate();
  }

  /** @throws GatewrightError GW_ADDRESS_UNKNOWN */
  get(address: Address<'line'>): LiveLine {
    const line = this.#lines.get(address);
    if (line !== undefined) return line;
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no bus ${address} now; apply it first`, { address });
  }

  all(): Iterable<readonly [Address<'line'>, LiveLine]> {
    return this.#lines;
  }

  /** Makes a line equal to its spec. @param was  the address it had before @throws as {@link LiveLine.change} */
  async put(address: Address<'line'>, spec: LineSpec, was?: Address<'line'>): Promise<void> {
    const before = this.#lines.get(address) ?? (was === undefined ? undefined : this.#lines.get(was));
    const line = before ?? new LiveLine(this.#surroundings);
    if (was !== undefined) this.#lines.delete(was);
    this.#lines.set(address, line);
    // A VM that is drawn at another line now is let go by its old one, whichever of the two is changed first.
    for (const other of this.#lines.values())
      if (other !== line) for (const { vm } of spec.ports) await other.release(vm);
    await line.change(spec);
    this.#awaitClosing();
  }

  async drop(address: Address<'line'>): Promise<void> {
    const line = this.#lines.get(address);
    this.#lines.delete(address);
    await line?.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#closing);
    await Promise.all([...this.#lines.keys()].map(address => this.drop(address)));
  }

  /** One after the other, as a line takes one change at a time. */
  #regate(): Promise<void> {
    this.#regating = this.#regating.then(async () => {
      for (const line of [...this.#lines.values()]) await line.regate();
      this.#awaitClosing();
    });
    return this.#regating;
  }

  #awaitClosing(): void {
    clearTimeout(this.#closing);
    const now = steady();
    const ends = [...this.#lines.values()].flatMap(({ spec }) => nextClosing(spec.ports ?? [], this.#open, now) ?? []);
    if (ends.length === 0) return;
    // Not a moment before its end, and no longer at once than a timer can count.
    this.#closing = setTimeout(() => void this.#regate(), Math.min(Math.ceil(Math.min(...ends) - now), 2 ** 30));
  }
}
