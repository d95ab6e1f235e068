// Devices of the box that VMs own, on one libvirt host. The mark in the domain comes first and goes last, so that whatever cuts
// the work short leaves something to find.
import type { Host } from '../../../host/host.ts';
import type { Address } from '../../../model/address.ts';
import { formatAttach, parseAttach } from '../../../model/attach-text.ts';
import type { Handle, StepContext } from '../../../model/driver.ts';
import { GatewrightError, isGatewrightError } from '../../../model/errors.ts';
import type { Attach } from '../../../model/kinds/device.ts';
import type { ObservedResource } from '../../../model/observed.ts';
import type { Resource } from '../../../model/resource.ts';
import type { OwnDomain } from '../inventory.ts';
import type { LibvirtLink } from '../link.ts';
import type { DeviceMark } from '../owned-parts.ts';
import { giveBackToHost, takeFromHost } from '../rpc/calls.ts';
import { look, type Present, readPci } from './box.ts';
import { refusePartOfGroup } from './group.ts';
import { observeDevice } from './observe.ts';
import { markOf, type Owners } from './owner.ts';
import { type Plugging, plugIn, unplug, writeMark } from './plugging.ts';

export interface DeviceWorld {
  readonly host: Host;
  readonly link: LibvirtLink;
  readonly owners: Owners;
}

const OF_VMS = 'vfio-pci';

export class DeviceHandle implements Handle<'device'> {
  readonly #world: DeviceWorld;
  /** Devices of one VM share its marks and slots, so one after the other is given and taken. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: DeviceWorld) {
    this.#world = world;
  }

  async observe(signal?: AbortSignal): Promise<readonly ObservedResource<'device'>[]> {
    const { host, owners } = this.#world;
    const domains = await owners.all({ signal });
    return Promise.all(
      domains.flatMap(domain => domain.config.owned.marks.map(mark => observeDevice(host, domain, mark))),
    );
  }

  create(resource: Resource<'device'>, context: StepContext): Promise<void> {
    return this.#give(resource, context);
  }

  update(resource: Resource<'device'>, _changes: unknown, context: StepContext): Promise<void> {
    return this.#give(resource, context);
  }

  remove(address: Address<'device'>, { signal }: StepContext): Promise<void> {
    return this.#inTurn(address, async () => {
      const plugging = await this.#plugging(signal);
      for (const domain of await this.#world.owners.all({ signal })) await this.#take(plugging, domain, address);
    });
  }

  watch(changed: () => void): () => void {
    return this.#world.link.listen(changed);
  }

  close(): Promise<void> {
    return this.#world.link.close();
  }

  #inTurn(address: Address<'device'>, work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(() => withAddress(address, work));
    this.#turn = done.catch(() => undefined); // told to whoever asked for it
    return done;
  }

  async #plugging(signal: AbortSignal): Promise<Plugging> {
    const { link, owners } = this.#world;
    return { rpc: await link.connection(), owners, signal };
  }

  #give({ address, spec }: Resource<'device'>, { generation, signal }: StepContext): Promise<void> {
    return this.#inTurn(address, async () => {
      const plugging = await this.#plugging(signal);
      const domains = await this.#world.owners.all({ signal });
      const owner = domains.find(({ config }) => config.address === spec.vm);
      if (owner === undefined)
        throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no VM ${spec.vm} now; apply it first`);
      const present = await this.#present(spec.attach);
      for (const domain of domains) if (domain !== owner) await this.#take(plugging, domain, address);
      const { tenant, label } = spec;
      const { instance } = present;
      const mark = { address, generation, tenant, label, attach: formatAttach(spec.attach), instance };
      await this.#clear(plugging, owner, mark, present);
      await writeMark(plugging, (await this.#world.owners.again(owner, { signal })) ?? owner, address, mark);
      await this.#plugIn(plugging, owner, address, spec.attach, present);
    });
  }

  /** @throws GatewrightError GW_DEVICE_ABSENT, GW_CLAIM_GROUP, GW_CLAIM_IOMMU; nothing has changed then */
  async #present(attach: Attach): Promise<Present> {
    const seen = await look(this.#world.host, attach);
    if ('absent' in seen)
      throw new GatewrightError('GW_DEVICE_ABSENT', `${seen.absent}; plug it in or correct the bus, then apply again`);
    await refusePartOfGroup(this.#world.host, attach);
    return seen;
  }

  /** Takes out what the owner has of the device that is not, or not any more, what is there. */
  async #clear(plugging: Plugging, owner: OwnDomain, mark: DeviceMark, { parts, instance }: Present): Promise<void> {
    const before = markOf(owner, mark.address);
    const isSame = before?.instance === instance;
    await unplug(plugging, owner, mark.address, { config: parts, live: isSame ? parts : [] });
    if (before !== undefined && before.attach !== mark.attach)
      await this.#giveBack(plugging, parseAttach(before.attach));
  }

  /** All parts, or none. */
  async #plugIn(
    plugging: Plugging,
    owner: OwnDomain,
    address: DeviceMark['address'],
    attach: Attach,
    { parts }: Present,
  ): Promise<void> {
    try {
      await this.#takeGroup(plugging, attach);
      await plugIn(plugging, owner, address, parts);
    } catch (error) {
      // What was cut off is found by its mark, and made whole or taken back by whoever comes next.
      if (!plugging.signal.aborted && isGatewrightError(error)) await this.#take(plugging, owner, address);
      throw error;
    }
  }

  /** WHY all before the first: a guest gets no part of an IOMMU group while the host has another. */
  async #takeGroup({ rpc, signal }: Plugging, attach: Attach): Promise<void> {
    if (attach.by !== 'pci' || attach.functions.length === 1) return;
    for (const one of attach.functions) {
      const device = await readPci(this.#world.host, one);
      if (device?.driver !== OF_VMS) await takeFromHost(rpc, nodeNameOf(one), { signal });
    }
  }

  async #take(plugging: Plugging, domain: OwnDomain, address: DeviceMark['address']): Promise<void> {
    const { signal } = plugging;
    const now = await this.#world.owners.again(domain, { signal });
    const mark = now === undefined ? undefined : markOf(now, address);
    if (now === undefined || mark === undefined) return;
    await unplug(plugging, now, address);
    await this.#giveBack(plugging, parseAttach(mark.attach));
    await writeMark(plugging, (await this.#world.owners.again(domain, { signal })) ?? now, address, undefined);
  }

  /** Gives PCI devices back to the drivers of the host where libvirt did not, because it was killed meanwhile. */
  async #giveBack({ rpc, signal }: Plugging, attach: Attach | undefined): Promise<void> {
    if (attach?.by !== 'pci') return;
    for (const one of attach.functions) {
      const device = await readPci(this.#world.host, one);
      if (device?.driver === OF_VMS) await giveBackToHost(rpc, nodeNameOf(one), { signal });
    }
  }
}

/** What libvirt calls a PCI device: `pci_0000_02_00_0`. */
function nodeNameOf(address: string): string {
  return `pci_${address.replaceAll(/[:.]/g, '_')}`;
}

/** Errors of a step name the device it was about. */
async function withAddress(address: Address<'device'>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GatewrightError) || error.address !== undefined) throw error;
    throw new GatewrightError(error.code, error.message, { address, cause: error.cause ?? error });
  }
}
