// Lines as the agent works with them. The file of a line comes first and goes last, so that a process killed in between finds
// what it had begun.
import { refuseAborted } from '../../host/abort.ts';
import type { Store, Stored } from '../../host/resource-files.ts';
import type { Hold } from '../../host/shared.ts';
import { Watches } from '../../host/watches.ts';
import type { Address } from '../../model/address.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import type { HeardTraffic } from '../../model/line-figures.ts';
import type { HeardFrames } from '../../model/line-frame.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { LineProcess, Seen } from './line-process.ts';

/** @param held  `undefined`: nothing is open here, only the files are shown, and nothing is changed */
export class LineHandle implements Handle<'line'> {
  readonly #store: Store<'line'>;
  readonly #held: Hold<LineProcess> | undefined;
  readonly #watches = new Watches();

  constructor(store: Store<'line'>, held: Hold<LineProcess> | undefined) {
    this.#store = store;
    this.#held = held;
  }

  async observe(signal?: AbortSignal): Promise<readonly ObservedResource<'line'>[]> {
    refuseAborted(signal);
    const seen = (await this.#held?.value.look()) ?? { why: 'it runs in another process' };
    return (await this.#store.list()).map(stored => this.#seen(stored, seen));
  }

  create(resource: Resource<'line'>, context: StepContext): Promise<void> {
    return this.#put(resource, context);
  }

  update(resource: Resource<'line'>, _changes: unknown, context: StepContext, was?: Address<'line'>): Promise<void> {
    return this.#put(resource, context, was);
  }

  async remove(address: Address<'line'>, { signal }: StepContext): Promise<void> {
    refuseAborted(signal);
    const others = (await this.#store.list()).filter(stored => stored.address !== address);
    await this.#held?.value.drop(address, others.length === 0);
    await this.#store.remove(address);
  }

  async tap(address: Address<'line'>, heard: HeardFrames, ended: () => void): Promise<() => void> {
    return this.#process(address).tap(address, { heard, ended });
  }

  traffic(heard: HeardTraffic): () => void {
    return this.#held?.value.traffic(heard) ?? (() => {});
  }

  async openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    await this.#held?.value.openGate(gate, forMs);
  }

  async ask(address: Address<'line'>, request: Uint8Array): Promise<Uint8Array> {
    return this.#process(address).ask(address, request);
  }

  #process(address: Address<'line'>): LineProcess {
    if (this.#held !== undefined) return this.#held.value;
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `${address} is not open here; start its agent`, { address });
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

  /** What is open says more than the file, which says what was asked for last and what is opened as soon as it can be. */
  #seen({ address, generation, spec }: Stored<'line'>, seen: Seen): ObservedResource<'line'> {
    const found = { kind: 'line', address, generation } as const;
    if ('why' in seen) return { ...found, spec, status: { state: 'closed', why: seen.why, ends: [], log: [] } };
    const line = seen.get(address);
    if (line !== undefined)
      return { ...found, spec: line.spec as Partial<LineSpec>, status: { ...line.figures, log: line.log } };
    const why = this.#held?.value.failure(address);
    return { ...found, spec: {}, status: { state: 'closed', why, ends: [], log: [] } };
  }
}
