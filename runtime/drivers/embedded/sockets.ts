// Where the sockets of the guests of one gateway are: a folder for each PC that is on, and the name under which the owner of a line
// finds its field line.
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';

/** Socket of the field line in the folder of a PC. */
export function fieldSocketIn(folder: string): string {
  return `${folder}/f`;
}

export interface SocketPlaces {
  /** For the folders of PCs: short, as the path of a socket has little room. */
  readonly folder: string;
  /** How those of this gateway begin, and no others. */
  readonly prefix: string;
  /** Under which name the field line of a VM is looked for. */
  readonly nameOf: (vm: Address<'vm'>) => string;
}

export class GuestSockets {
  readonly #host: Host;
  readonly #places: SocketPlaces;
  /** By name: the folder of the PC that it leads to. */
  readonly #named = new Map<string, string>();
  #last = 0;

  constructor(host: Host, places: SocketPlaces) {
    this.#host = host;
    this.#places = places;
  }

  /** Removes what a killed process left. Before anything is taken. @param vms  of the gateway, as its files say */
  async sweep(vms: readonly Address<'vm'>[]): Promise<void> {
    const { folder, prefix, nameOf } = this.#places;
    const own = (await this.#host.list(folder)).filter(name => name.startsWith(prefix));
    const left = [...own.map(name => `${folder}/${name}`), ...vms.map(nameOf)];
    await Promise.all(left.map(path => this.#host.remove(path)));
  }

  /** A folder that no other PC has, a renamed one of the same address neither; not there yet. */
  take(): string {
    this.#last += 1;
    return `${this.#places.folder}/${this.#places.prefix}${this.#last}`;
  }

  /** Removes the folder of a PC that is gone, with all in it. */
  release(folder: string): Promise<void> {
    return this.#host.remove(folder);
  }

  /** Lets the name of a VM lead to a PC, whatever it led to before. */
  async publish(vm: Address<'vm'>, folder: string): Promise<void> {
    const name = this.#places.nameOf(vm);
    this.#named.set(name, folder);
    await this.#host.link(name, fieldSocketIn(folder));
  }

  /** Removes the name of a VM, unless it leads to another PC by now. */
  async withdraw(vm: Address<'vm'>, folder: string): Promise<void> {
    if (this.#named.get(this.#places.nameOf(vm)) === folder) await this.forget(vm);
  }

  /** Removes the name of a VM that is no more, wherever it leads. */
  async forget(vm: Address<'vm'>): Promise<void> {
    const name = this.#places.nameOf(vm);
    await this.#host.remove(name);
    this.#named.delete(name);
  }
}
