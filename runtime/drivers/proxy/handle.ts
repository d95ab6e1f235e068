// Proxies as the agent works with them. The file of a proxy comes first and goes last, so that an agent killed in between finds
// what it had begun; the tag on its cable finds it too.
import { refuseAborted } from '../../host/abort.ts';
import type { Host } from '../../host/host.ts';
import { ownTag } from '../../host/linux/link-tag.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import type { Store, Stored } from '../../host/resource-files.ts';
import type { Hold } from '../../host/shared.ts';
import { Watches } from '../../host/watches.ts';
import type { Address, Name } from '../../model/address.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { SPECS } from '../../model/kind.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { checkGuards } from '../../protocols/modbus/proxy/judge.ts';
import { dropCable, ensureCable, isCabled } from './cabling.ts';
import type { Proxies } from './proxies.ts';

export class ProxyHandle implements Handle<'proxy'> {
  readonly #host: Host;
  readonly #gateway: Name;
  readonly #store: Store<'proxy'>;
  readonly #held: Hold<Proxies> | undefined;
  readonly #watches = new Watches();

  /** @param held  `undefined`: no process is started here, only what is there is shown, and nothing is changed */
  constructor(host: Host, gateway: Name, store: Store<'proxy'>, held: Hold<Proxies> | undefined) {
    this.#host = host;
    this.#gateway = gateway;
    this.#store = store;
    this.#held = held;
  }

  async observe(signal?: AbortSignal): Promise<readonly ObservedResource<'proxy'>[]> {
    refuseAborted(signal);
    const [links, stored] = await Promise.all([listLinks(this.#host, { signal }), this.#store.list()]);
    const known = new Set(stored.map(({ address }) => address));
    const strays = links.flatMap(link => ownTag(link, 'proxy', this.#gateway) ?? []);
    return [
      ...(await Promise.all(stored.map(one => this.#seen(one, links)))),
      ...strays
        .filter(({ address }) => !known.has(address))
        .map(({ address, generation }) => ({ address, kind: 'proxy' as const, generation, spec: {}, status: {} })),
    ];
  }

  create(resource: Resource<'proxy'>, context: StepContext): Promise<void> {
    return this.#put(resource, context);
  }

  update(resource: Resource<'proxy'>, _changes: unknown, context: StepContext): Promise<void> {
    return this.#put(resource, context);
  }

  async remove(address: Address<'proxy'>, { signal }: StepContext): Promise<void> {
    refuseAborted(signal);
    await this.#held?.value.drop(address);
    await dropCable(this.#host, address, signal);
    await this.#store.remove(address);
  }

  watch(changed: () => void): () => void {
    return this.#watches.add(this.#store.watch(changed));
  }

  async close(): Promise<void> {
    this.#watches.close();
    await this.#held?.release();
  }

  async #put(resource: Resource<'proxy'>, context: StepContext): Promise<void> {
    const { address, spec } = resource;
    refuseAborted(context.signal);
    checkGuards(spec.guards);
    await this.#store.write({ address, generation: context.generation, spec });
    refuseAborted(context.signal);
    const anew = await ensureCable(this.#host, resource, context);
    await this.#held?.value.put(address, spec, anew);
  }

  /** A proxy whose namespace or cable is not what it was made as is on no segment. */
  async #seen(
    { address, generation, spec }: Stored<'proxy'>,
    links: readonly Link[],
  ): Promise<ObservedResource<'proxy'>> {
    const whole = SPECS.proxy.safeParse(spec);
    const cabled = whole.success && (await isCabled(this.#host, { address, kind: 'proxy', spec: whole.data }, links));
    const { segment: _segment, ...rest } = spec;
    const status = await (this.#held?.value.get(address)?.status() ?? CLOSED);
    return { kind: 'proxy', address, generation, spec: cabled ? spec : rest, status };
  }
}

const CLOSED = { state: 'closed', why: 'its process does not run' };
