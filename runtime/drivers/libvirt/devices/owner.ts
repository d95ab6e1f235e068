// The domains that devices go to: all with the tag of one gateway, as the next start has them and as they run.
import type { Name } from '../../../model/address.ts';
import type { ParsedDomain } from '../domain.ts';
import { parseDomain } from '../domain-parse.ts';
import type { FileNames } from '../files.ts';
import { type OwnDomain, readDomain, readInventory } from '../inventory.ts';
import type { LibvirtLink } from '../link.ts';
import { aliasesOf, type DeviceMark, type OwnedElement } from '../owned-parts.ts';
import { DOMAIN_STATE, domainXml } from '../rpc/calls.ts';
import type { CallOptions } from '../rpc/connection.ts';

export interface OwnersWorld {
  readonly link: LibvirtLink;
  readonly files: FileNames;
  readonly gateway: Name;
}

export class Owners {
  readonly #world: OwnersWorld;

  constructor(world: OwnersWorld) {
    this.#world = world;
  }

  async all(options: CallOptions): Promise<readonly OwnDomain[]> {
    const { link, gateway, files } = this.#world;
    const domains = await readInventory(link, gateway, files, options);
    return Promise.all(domains.map(domain => this.#withGuest(domain, options)));
  }

  /** A domain as it is now; `undefined` when it has gone. */
  async again({ ref }: OwnDomain, options: CallOptions): Promise<OwnDomain | undefined> {
    const domain = await readDomain(await this.#world.link.connection(), ref, this.#world.files, options);
    return domain === undefined ? undefined : this.#withGuest(domain, options);
  }

  /** WHY: a guest that is paused holds its devices as one that runs. */
  async #withGuest(domain: OwnDomain, options: CallOptions): Promise<OwnDomain> {
    if (domain.live !== undefined || domain.state === DOMAIN_STATE.shutoff) return domain;
    const live = parseDomain(
      await domainXml(await this.#world.link.connection(), domain.ref, 0, options),
      this.#world.files,
    );
    return live === undefined ? domain : { ...domain, live };
  }
}

export function markOf({ config }: OwnDomain, address: string): DeviceMark | undefined {
  return config.owned.marks.find(mark => mark.address === address);
}

/** What a domain has of a device. */
export function elementsOf(domain: ParsedDomain | undefined, address: DeviceMark['address']): readonly OwnedElement[] {
  const prefix = aliasesOf(address);
  return (domain?.owned.elements ?? []).filter(
    ({ alias }) => alias.startsWith(prefix) && /^\d+$/.test(alias.slice(prefix.length)),
  );
}
