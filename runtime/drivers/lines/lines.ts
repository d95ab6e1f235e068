// The lines of one gateway in this process.
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import { LiveLine, type Surroundings } from './live-line.ts';

export class Lines {
  readonly #surroundings: Surroundings;
  readonly #lines = new Map<Address<'line'>, LiveLine>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
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
  }

  async drop(address: Address<'line'>): Promise<void> {
    const line = this.#lines.get(address);
    this.#lines.delete(address);
    await line?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.keys()].map(address => this.drop(address)));
  }
}
