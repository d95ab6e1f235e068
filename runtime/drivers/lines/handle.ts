// Lines as the agent works with them. The file of a line comes first and goes last, so that a process killed in between finds
// what it had begun.
import { refuseAborted } from '../../host/abort.ts';
import type { Store, Stored } from '../../host/resource-files.ts';
import type { Hold } from '../../host/shared.ts';
import { Watches } from '../../host/watches.ts';
import type { Address } from '../../model/address.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { HeardFrames } from '../../model/line-frame.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { Lines } from './lines.ts';
import type { LiveLine } from './live-line.ts';

/** @param held  `undefined`: nothing is open in this process, only the files are shown, and nothing is changed */
export class LineHandle implements Handle<'line'> {
  readonly #store: Store<'line'>;
  readonly #held: Hold<Lines> | undefined;
  readonly #watches = new Watches();

  constructor(store: Store<'line'>, held: Hold<Lines> | undefined) {
    this.#store = store;
    this.#held = held;
  }

  async observe(signal?: AbortSignal): Promise<readonly ObservedResource<'line'>[]> {
    refuseAborted(signal);
    return (await this.#store.list()).map(stored => this.#seen(stored));
  }

  create(resource: Resource<'line'>, context: StepContext): Promise<void> {
    return this.#put(resource, context);
  }

  update(resource: Resource<'line'>, _changes: unknown, context: StepContext, was?: Address<'line'>): Promise<void> {
    return this.#put(resource, context, was);
  }

  async remove(address: Address<'line'>, { signal }: StepContext): Promise<void> {
    refuseAborted(signal);
    await this.#held?.value.drop(address);
    await this.#store.remove(address);
  }

  tap(address: Address<'line'>, heard: HeardFrames, ended: () => void): () => void {
    return this.#live(address).tap(heard, ended);
  }

  async ask(address: Address<'line'>, request: Uint8Array): Promise<Uint8Array> {
    return this.#live(address).ask(request);
  }

  #live(address: Address<'line'>): LiveLine {
    const line = this.#held?.value.get(address);
    if (line !== undefined) return line;
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no bus ${address} now; apply it first`, { address });
  }

  watch(changed: () => void): () => void {
    return this.#watches.add(this.#store.watch(changed));
  }

  async close(): Promise<void> {
    this.#watches.close();
    await this.#held?.release();
  }

  async #put({ address, spec }: Resource<'line'>, { generation, signal }: StepContext, was?: Address<'line'>) {
    refuseAborted(signal);
    await this.#store.write({ address, generation, spec });
    refuseAborted(signal);
    await this.#held?.value.put(address, spec, was);
    if (was !== undefined && was !== address) await this.#store.remove(was);
  }

  /** What is open says more than the file, which says what was asked for last. */
  #seen({ address, generation, spec }: Stored<'line'>): ObservedResource<'line'> {
    const live = this.#held?.value.get(address);
    if (live !== undefined) return { kind: 'line', address, generation, spec: live.spec, status: live.status() };
    const status = { state: 'closed', why: 'its process does not run' };
    return { kind: 'line', address, generation, spec: this.#held === undefined ? spec : {}, status };
  }
}
