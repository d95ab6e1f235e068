// The names under which owners of lines find the serial ports of domains, and whoever attests their channels: links to the sockets
// that libvirt makes for QEMU.
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';
import type { FileNames } from './files.ts';

/** Where the sockets of a VM are looked for. */
export interface MeetingPlaces {
  readonly field: string;
  readonly attest: string;
}

export class FieldNames {
  readonly #host: Host;
  readonly #files: FileNames;
  readonly #placesOf: (vm: Address<'vm'>) => MeetingPlaces;

  constructor(host: Host, files: FileNames, placesOf: (vm: Address<'vm'>) => MeetingPlaces) {
    this.#host = host;
    this.#files = files;
    this.#placesOf = placesOf;
  }

  /** Lets the names of a VM lead to its domain, which need not run. */
  async publish(vm: Address<'vm'>, uuid: string): Promise<void> {
    const { field, attest } = this.#placesOf(vm);
    await this.#host.link(field, this.#files.field(uuid));
    await this.#host.link(attest, this.#files.attest(uuid));
  }

  /** Removes the names of a VM that is no more, or is called otherwise. */
  async forget(vm: Address<'vm'>): Promise<void> {
    for (const place of Object.values(this.#placesOf(vm))) await this.#host.remove(place);
  }
}
