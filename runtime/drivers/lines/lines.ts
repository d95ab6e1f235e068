// The lines of one gateway in this process.
import { OpenGates } from '../../host/open-gates.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import { gatedPorts } from './gated-ports.ts';
import { LiveLine, type Surroundings } from './live-line.ts';

/** A line that does not hold up what it shall in this time hangs. */
const HELD_WITHIN_MS = 10_000;

export class Lines {
  readonly #surroundings: Surroundings;
  readonly #hangs: (why: string) => void;
  readonly #lines = new Map<Address<'line'>, LiveLine>();
  readonly #open = new OpenGates();
  #closing: NodeJS.Timeout | undefined;

  /** @param hangs  called when a line does not hold up what it shall: its process must end, so that nothing passes */
  constructor(surroundings: Omit<Surroundings, 'gated'>, hangs: (why: string) => void) {
    const gated: Surroundings['gated'] = (ports, words) => gatedPorts(ports, words, this.#open);
    this.#surroundings = { ...surroundings, gated };
    this.#hangs = hangs;
  }

  /** Opens a gate for so long; 0 closes it. What waits for it is held up again by itself then. Never rejects. */
  async openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    this.#open.set(gate, forMs);
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
    try {
      await line.change(spec);
    } finally {
      this.#awaitClosing();
    }
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

  /** Each line for itself, so that none waits for another to close. */
  async #regate(): Promise<void> {
    await Promise.all([...this.#lines].map(each => this.#hold(...each)));
    this.#awaitClosing();
  }

  async #hold(address: Address<'line'>, line: LiveLine): Promise<void> {
    const why = `${address} does not hold up who waits for a gate`;
    const isLate = () => [...line.passing].some(gate => this.#open.leftMs(gate) === 0);
    const late = setTimeout(() => isLate() && this.#hangs(why), HELD_WITHIN_MS);
    await line.regate();
    clearTimeout(late);
  }

  #awaitClosing(): void {
    clearTimeout(this.#closing);
    const passing = [...this.#lines.values()].flatMap(line => [...line.passing]);
    const ms = this.#open.lookAgainMs(passing);
    if (ms !== undefined) this.#closing = setTimeout(() => void this.#regate(), ms);
  }
}
