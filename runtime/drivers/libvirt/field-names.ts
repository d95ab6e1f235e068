// The names under which owners of lines find the serial ports of domains: links to the sockets that libvirt makes for QEMU.
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';
import type { FileNames } from './files.ts';

export class FieldNames {
  readonly #host: Host;
  readonly #files: FileNames;
  readonly #nameOf: (vm: Address<'vm'>) => string;

  /** @param nameOf  where the field line of a VM is looked for */
  constructor(host: Host, files: FileNames, nameOf: (vm: Address<'vm'>) => string) {
    this.#host = host;
    this.#files = files;
    this.#nameOf = nameOf;
  }

  /** Lets the name of a VM lead to its domain, which need not run. */
  publish(vm: Address<'vm'>, uuid: string): Promise<void> {
    return this.#host.link(this.#nameOf(vm), this.#files.field(uuid));
  }

  /** Removes the name of a VM that is no more, or is called otherwise. */
  forget(vm: Address<'vm'>): Promise<void> {
    return this.#host.remove(this.#nameOf(vm));
  }
}
