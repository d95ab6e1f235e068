// The lines of one gateway in this process.
import type { Host } from '../../host/host.ts';
import type { Store } from '../../host/resource-files.ts';
import { Shared } from '../../host/shared.ts';
import type { Address } from '../../model/address.ts';
import { messageOf } from '../../model/errors.ts';
import { SPECS } from '../../model/kind.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import { LiveLine } from './live-line.ts';

export class Lines {
  readonly #host: Host;
  readonly #now: () => number;
  readonly #lines = new Map<Address<'line'>, LiveLine>();

  constructor(host: Host, now: () => number) {
    this.#host = host;
    this.#now = now;
  }

  get(address: Address<'line'>): LiveLine | undefined {
    return this.#lines.get(address);
  }

  /** Makes a line equal to its spec. @param was  the address it had before @throws GatewrightError GW_LINE_RULE; Error */
  async put(address: Address<'line'>, spec: LineSpec, was?: Address<'line'>): Promise<void> {
    const before = this.#lines.get(address) ?? (was === undefined ? undefined : this.#lines.get(was));
    const line = before ?? new LiveLine(spec, this.#host.cables, this.#now);
    if (was !== undefined) this.#lines.delete(was);
    this.#lines.set(address, line);
    // A VM that is drawn at another line now is let go by its old one, whichever of the two is changed first.
    for (const other of this.#lines.values()) if (other !== line) for (const { vm } of spec.ports) other.release(vm);
    await line.change(spec);
  }

  async drop(address: Address<'line'>): Promise<void> {
    const line = this.#lines.get(address);
    this.#lines.delete(address);
    await line?.close();
  }

  /** Opens what the files say. One that cannot be opened is seen as half made; nothing else suffers. */
  async restore(store: Store<'line'>): Promise<void> {
    for (const { address, spec } of await store.list()) {
      const whole = SPECS.line.safeParse(spec);
      if (!whole.success) continue;
      try {
        await this.put(address, whole.data);
      } catch (error) {
        process.emitWarning(`${address} does not open again: ${messageOf(error)}`, 'GatewrightWarning');
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.keys()].map(address => this.drop(address)));
  }
}

export const sharedLines = new Shared<Lines>();
