// The console of each domain of a gateway, found by the address of its VM.
import type { Host } from '../../host/host.ts';
import type { Address } from '../../model/address.ts';
import type { ConsoleLine } from '../../model/console.ts';
import { DomainConsole } from './console.ts';
import type { VmFiles } from './files.ts';
import type { LibvirtLink } from './link.ts';

export interface ConsolesWorld {
  readonly host: Host;
  readonly link: LibvirtLink;
  readonly files: VmFiles;
  /** UUID of the domain of a VM now; `undefined` when there is none. */
  readonly uuidOf: (address: Address<'vm'>) => Promise<string | undefined>;
}

export class DomainConsoles {
  readonly #world: ConsolesWorld;
  /** One per VM, whoever asks: a second connection to a line would hear nothing. */
  readonly #lines = new Map<Address<'vm'>, DomainConsole>();

  constructor(world: ConsolesWorld) {
    this.#world = world;
  }

  /** See `Handle.console`. */
  async open(address: Address<'vm'>): Promise<ConsoleLine | undefined> {
    if ((await this.#world.uuidOf(address)) === undefined) return undefined;
    const line = this.#lines.get(address) ?? this.#make(address);
    this.#lines.set(address, line);
    await line.prepare();
    return line;
  }

  close(): void {
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  #make(address: Address<'vm'>): DomainConsole {
    const { host, link, files, uuidOf } = this.#world;
    return new DomainConsole({
      // Asked anew each time: a VM that was rebuilt is another domain, with another socket.
      async dial() {
        const uuid = await uuidOf(address);
        return uuid === undefined ? undefined : host.connect(files.names.console(uuid));
      },
      started: again =>
        link.listen(event => {
          if (event === 'back' || (typeof event === 'object' && event.what === 'started')) again();
        }),
      async lastWords() {
        const uuid = await uuidOf(address);
        return uuid === undefined ? new Uint8Array() : files.lastWords(uuid);
      },
    });
  }
}
