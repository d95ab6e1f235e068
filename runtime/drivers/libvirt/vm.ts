// VMs on one libvirt host: the handle the agent works with. Every change is the same walk: find the domain by its tag, make
// its configuration equal, make what runs equal. Whatever cuts the walk short leaves a tagged domain for the next one.
import { randomUUID } from 'node:crypto';
import type { Host } from '../../host/host.ts';
import type { Address, Name } from '../../model/address.ts';
import type { ConsoleLine, PowerAction } from '../../model/console.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { FieldChange } from '../../model/plan.ts';
import type { Resource } from '../../model/resource.ts';
import { stopIfCancelled } from './cancel.ts';
import type { Machine } from './capabilities.ts';
import { DomainConsoles } from './consoles.ts';
import type { DomainDescription, ParsedDomain } from './domain.ts';
import { formatDomain } from './domain-format.ts';
import type { FieldNames } from './field-names.ts';
import type { VmFiles } from './files.ts';
import { readHeldTaps } from './held-taps.ts';
import { cutOffPorts, isUp, type OwnDomain, pendingFields, readDomain, readInventory, tapsOf } from './inventory.ts';
import type { LibvirtLink } from './link.ts';
import { freeName } from './naming.ts';
import { observeVm } from './observe.ts';
import { bringDown, bringUp, switchDomain } from './power.ts';
import { retag } from './retag.ts';
import { type DomainRef, defineDomain, listDomains, undefineDomain } from './rpc/calls.ts';
import type { CallOptions, RpcConnection } from './rpc/connection.ts';
import { isRefusal, REFUSAL_CODE } from './rpc/refusal.ts';
import { StartGates } from './start-gates.ts';
import type { TpmSecret } from './tpm-secret.ts';

export interface VmWorld {
  readonly host: Host;
  readonly link: LibvirtLink;
  readonly files: VmFiles;
  readonly fieldNames: FieldNames;
  readonly tpmSecret: TpmSecret;
  readonly gateway: Name;
  readonly machine: Machine;
  /** How long a guest may take to shut down before a restart, ms. */
  readonly graceMs: number;
}

export class VmHandle implements Handle<'vm'> {
  readonly #world: VmWorld;
  /** UUIDs of domains being made, whose files belong to nobody yet. */
  readonly #inTheMaking = new Set<string>();

  readonly #gates = new StartGates();
  readonly #consoles: DomainConsoles;
  readonly #closing = new AbortController();

  constructor(world: VmWorld) {
    this.#world = world;
    const uuidOf = async (address: Address<'vm'>) => (await this.#find(address))?.config.uuid;
    this.#consoles = new DomainConsoles({ ...world, uuidOf });
  }

  /** Makes the names of field lines right, where a kill came between a domain and its name, and lets TPMs be read. */
  async mendNames(): Promise<void> {
    const own = await this.#inventory({});
    const keeper = own.find(({ config }) => config.spec.tpm !== undefined);
    if (keeper !== undefined) await this.#letTpmBeRead(keeper.config.spec);
    await Promise.all(own.map(({ config }) => this.#world.fieldNames.publish(config.address, config.uuid)));
  }

  async observe(signal?: AbortSignal): Promise<readonly ObservedResource<'vm'>[]> {
    const { host, files } = this.#world;
    const domains = await this.#inventory({ signal });
    const taps = await readHeldTaps(host, domains.flatMap(tapsOf));
    return domains.map(domain => this.#gates.observed(domain, observeVm(domain, taps, files.names)));
  }

  async create(resource: Resource<'vm'>, context: StepContext): Promise<void> {
    await withAddress(resource.address, () => this.#ensure(resource, context));
  }

  async update(
    resource: Resource<'vm'>,
    _changes: readonly FieldChange[],
    context: StepContext,
    was?: Address<'vm'>,
  ): Promise<void> {
    await withAddress(resource.address, () => this.#ensure(resource, context, was));
  }

  async remove(address: Address<'vm'>, { signal }: StepContext): Promise<void> {
    await withAddress(address, async () => {
      const rpc = await this.#world.link.connection();
      const found = await this.#find(address, { signal });
      if (found !== undefined) {
        await bringDown(rpc, found.ref, 0, signal);
        // The files before the domain: without its tag nobody would know any more that they are to go.
        await this.#world.files.remove(found.config.uuid);
        await this.#world.fieldNames.forget(address);
        await undefine(rpc, found.ref, { signal });
      }
      await this.#sweep(rpc, signal);
      await this.#world.tpmSecret.forgetUnless(() => this.#hasVms(signal), rpc, { signal });
    });
  }

  async openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    this.#gates.set(gate, forMs);
    if (forMs <= 0) return;
    const { signal } = this.#closing;
    const rpc = await this.#world.link.connection();
    const own = await this.#inventory({ signal });
    for (const domain of this.#gates.startable(own, gate)) await this.#start(rpc, domain, signal);
  }

  watch(changed: () => void): () => void {
    return this.#world.link.listen(changed);
  }

  console(address: Address<'vm'>): Promise<ConsoleLine | undefined> {
    return this.#consoles.open(address);
  }

  async power(address: Address<'vm'>, action: PowerAction): Promise<void> {
    await withAddress(address, async () => {
      const { link, graceMs } = this.#world;
      const { signal } = this.#closing;
      const found = await this.#find(address, { signal });
      if (found === undefined)
        throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no VM ${address} now; apply it first`);
      this.#gates.refuseStart(found, action);
      await this.#letTpmBeRead(found.config.spec, { signal });
      await switchDomain(await link.connection(), found.ref, action, graceMs, signal);
    });
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#consoles.close();
    return this.#world.link.close();
  }

  /** @returns libvirt's name of what the state of its TPM is encrypted with, which a new start of libvirt has forgotten */
  async #letTpmBeRead({ tpm }: Pick<ParsedDomain['spec'], 'tpm'>, options?: CallOptions): Promise<string | undefined> {
    const { link, tpmSecret } = this.#world;
    return tpm === undefined ? undefined : tpmSecret.give(await link.connection(), options);
  }

  async #find(address: Address<'vm'>, options: CallOptions = {}): Promise<OwnDomain | undefined> {
    return (await this.#inventory(options)).find(({ config }) => config.address === address);
  }

  #inventory(options: CallOptions): Promise<OwnDomain[]> {
    const { link, gateway, files } = this.#world;
    return readInventory(link, gateway, files.names, options);
  }

  async #ensure(resource: Resource<'vm'>, context: StepContext, was?: Address<'vm'>): Promise<void> {
    const { signal } = context;
    const rpc = await this.#world.link.connection();
    const ref = await this.#findAndConfigure(rpc, resource, context, was);
    stopIfCancelled('start a domain', signal);
    const now = await readDomain(rpc, ref, this.#world.files.names, { signal });
    if (now === undefined)
      throw new GatewrightError(
        'GW_HOST_UNEXPECTED',
        `the domain ${ref.name} vanished; see who else uses libvirt here`,
      );
    await this.#makeRun(rpc, resource, now, signal);
  }

  async #findAndConfigure(
    rpc: RpcConnection,
    resource: Resource<'vm'>,
    context: StepContext,
    was: Address<'vm'> | undefined,
  ): Promise<DomainRef> {
    const addresses = [resource.address, was];
    const configure = async () => {
      const own = await this.#inventory({ signal: context.signal });
      const [found] = addresses.flatMap(address => own.find(({ config }) => config.address === address) ?? []);
      return this.#configure(rpc, resource, context, found);
    };
    return configure().catch((error: unknown) => {
      // WHY once more: what somebody asked for who was cut off then may be carried out after we looked.
      if (isRefusal(error, REFUSAL_CODE.operationFailed)) return configure();
      throw error;
    });
  }

  /** Defines the domain, or brings its configuration up to date and the tag of what runs with it. */
  async #configure(
    rpc: RpcConnection,
    resource: Resource<'vm'>,
    context: StepContext,
    found: OwnDomain | undefined,
  ): Promise<DomainRef> {
    const uuid = found?.config.uuid ?? randomUUID();
    this.#inTheMaking.add(uuid);
    try {
      if (found === undefined) await this.#sweep(rpc, context.signal);
      const description = await this.#describe(rpc, resource, context, uuid, found?.config);
      stopIfCancelled('define a domain', context.signal);
      const before = found?.config.address;
      if (before !== undefined && before !== resource.address) await this.#world.fieldNames.forget(before);
      const ref = await defineDomain(rpc, formatDomain(description), { signal: context.signal });
      await this.#world.fieldNames.publish(resource.address, uuid);
      if (found?.live !== undefined) await retag(rpc, ref, description, { signal: context.signal });
      return ref;
    } finally {
      this.#inTheMaking.delete(uuid);
    }
  }

  async #describe(
    rpc: RpcConnection,
    { address, spec }: Resource<'vm'>,
    { generation, signal }: StepContext,
    uuid: string,
    before: ParsedDomain | undefined,
  ): Promise<DomainDescription> {
    const { files, machine } = this.#world;
    return {
      uuid,
      name: before?.name ?? (await freeName(rpc, address, files.names, { signal })),
      address,
      generation,
      ...machine,
      boot: await files.prepareBoot(spec, uuid, signal),
      variables: await files.variables(spec, uuid, signal),
      tpmSecret: await this.#letTpmBeRead(spec, { signal }),
      attestPath: files.names.attest(uuid),
      consolePath: files.names.console(uuid),
      fieldPath: files.names.field(uuid),
      logPath: files.names.log(uuid),
      spec,
      owned: before?.owned,
    };
  }

  async #start(rpc: RpcConnection, { ref, config }: OwnDomain, signal: AbortSignal): Promise<void> {
    await this.#letTpmBeRead(config.spec, { signal });
    await bringUp(rpc, ref, signal);
    this.#gates.started(config.address);
  }

  /** Starts, stops or restarts, whichever makes what runs equal to the spec; nothing when it is. */
  async #makeRun(
    rpc: RpcConnection,
    { address, spec }: Resource<'vm'>,
    now: OwnDomain,
    signal: AbortSignal,
  ): Promise<void> {
    if (!spec.running) return bringDown(rpc, now.ref, this.#world.graceMs, signal);
    const restarts = isUp(now.state) && (await this.#mustRestart(now));
    if (restarts) await bringDown(rpc, now.ref, this.#world.graceMs, signal);
    if (this.#gates.closed(spec.gates).length === 0) await this.#start(rpc, now, signal);
    else if (restarts || !isUp(now.state)) this.#gates.held(address);
  }

  async #mustRestart(now: OwnDomain): Promise<boolean> {
    if (pendingFields(now).length > 0) return true;
    return cutOffPorts(now, await readHeldTaps(this.#world.host, tapsOf(now))).length > 0;
  }

  /** Whether there are VMs, or soon will be: one that is in the making is asked for first, as it may be there a moment later. */
  async #hasVms(signal: AbortSignal): Promise<boolean> {
    return this.#inTheMaking.size > 0 || (await this.#inventory({ signal })).length > 0;
  }

  /** Removes files of VMs that are gone, left by work that was cut off. */
  async #sweep(rpc: RpcConnection, signal: AbortSignal): Promise<void> {
    const kept = (await listDomains(rpc, { signal })).map(({ uuid }) => formatUuid(uuid));
    await this.#world.files.sweep(new Set([...kept, ...this.#inTheMaking]));
  }
}

async function undefine(rpc: RpcConnection, ref: DomainRef, options: CallOptions): Promise<void> {
  try {
    await undefineDomain(rpc, ref, options);
  } catch (error) {
    if (!isRefusal(error, REFUSAL_CODE.noDomain)) throw error;
  }
}

function formatUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Errors of a step name the VM it was about. */
async function withAddress(address: Address<'vm'>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GatewrightError) || error.address !== undefined) throw error;
    throw new GatewrightError(error.code, error.message, { address, cause: error.cause ?? error });
  }
}
