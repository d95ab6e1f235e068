// Brings the parts that are in place to those that should be: pulls out what is unwanted or made from something else, then
// puts in what is missing, in the order asked for.
import type { Address } from '../../model/address.ts';
import type { PortFigures } from '../../model/port-figures.ts';
import type { Part, Wanted } from './part.ts';

interface Placed {
  readonly wanted: Wanted;
  readonly part: Part;
}

export class Parts {
  readonly #placed = new Map<string, Placed>();
  #failed: readonly { readonly wanted: Wanted; readonly error: unknown }[] = [];

  /** Never throws for a part that cannot be put in; see {@link failureOf}. It is tried again the next time. */
  async bring(wanted: readonly Wanted[]): Promise<void> {
    const keys = new Map(wanted.map(each => [each.id, each.key]));
    for (const [id, placed] of [...this.#placed].reverse())
      if (keys.get(id) !== placed.wanted.key) await this.#pull(id, placed);
    const failed: { wanted: Wanted; error: unknown }[] = [];
    for (const each of wanted) {
      if (this.#placed.has(each.id)) continue;
      try {
        this.#placed.set(each.id, { wanted: each, part: await each.open() });
      } catch (error) {
        failed.push({ wanted: each, error });
      }
    }
    this.#failed = failed;
  }

  async #pull(id: string, { part }: Placed): Promise<void> {
    this.#placed.delete(id);
    await part.close();
  }

  /** Why a part of a resource is not in place; `undefined` when all are. */
  failureOf(address: Address): unknown {
    return this.#failed.find(({ wanted }) => wanted.of === address)?.error;
  }

  /** Fields of a resource that are not true now. */
  untrue(address: Address): readonly string[] {
    return this.#failed.flatMap(({ wanted }) => (wanted.of === address ? wanted.shows : []));
  }

  status(address: Address): Readonly<Record<string, unknown>> {
    const own = [...this.#placed.values()].filter(({ wanted }) => wanted.of === address);
    return Object.assign({}, ...own.map(({ part }) => part.status?.() ?? {}));
  }

  /** Of all cards of VMs that are in place. */
  figures(): readonly PortFigures[] {
    return [...this.#placed.values()].flatMap(({ part }) => part.figures?.() ?? []);
  }

  close(): Promise<void> {
    return this.bring([]);
  }
}
