// Policies of one gateway in the kernel's nftables: each is two tables that are swapped in one transaction.

import type { Host } from '../../host/host.ts';
import type { Address, Name } from '../../model/address.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import type { Resource } from '../../model/resource.ts';
import { formatTag } from '../../model/tag.ts';
import { changeCommands } from './change.ts';
import { readZones } from './decode/decode.ts';
import { bridgeTable } from './encode/bridge.ts';
import { inetTable } from './encode/inet.ts';
import { MARK, policedPorts, proxiedPorts, segmentsOf } from './encode/layout.ts';
import { type Surroundings, tableName } from './encode/surroundings.ts';
import { gateCommands, openGates, removeGates, withoutGates } from './gates/gates.ts';
import type { Nft } from './kernel/nft.ts';
import { TAG_CHAIN } from './kernel/table.ts';
import { removeTable } from './kernel/write.ts';
import { Listeners } from './listening/listeners.ts';
import { enableBridgeNetfilter } from './netfilter.ts';
import { listNames, observePolicies, type Pair, readPair } from './observe.ts';
import { FAMILIES, tagIn, tagOf } from './ownership.ts';
import { resolveCards } from './uplinks.ts';
import { assignZones } from './zones.ts';

export class PolicyHandle implements Handle<'policy'> {
  readonly #nft: Nft;
  readonly #host: Host;
  readonly #gateway: Name;
  readonly #listeners: Listeners;
  /** WHY one after the other: two policies that are made at once must not choose the same zone. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(nft: Nft, host: Host, gateway: Name) {
    this.#nft = nft;
    this.#host = host;
    this.#gateway = gateway;
    this.#listeners = new Listeners(nft, work => this.#inTurn(work));
  }

  observe(signal?: AbortSignal) {
    return observePolicies(this.#nft, this.#host, this.#gateway, signal);
  }

  create(resource: Resource<'policy'>, context: StepContext): Promise<void> {
    return this.#inTurn(() => this.#write(resource, context));
  }

  update(
    resource: Resource<'policy'>,
    _changes: unknown,
    context: StepContext,
    was?: Address<'policy'>,
  ): Promise<void> {
    return this.#inTurn(() => this.#write(resource, context, was));
  }

  remove(address: Address<'policy'>, { signal }: StepContext): Promise<void> {
    return this.#inTurn(async () => {
      const name = tableName(address);
      const own = (await this.#isOurs(name, signal)) ? FAMILIES.flatMap(family => removeTable({ family, name })) : [];
      const following = await this.#listeners.follow(address, undefined);
      const commands = [...own, ...(await removeGates(this.#nft, address, signal)), ...following.commands];
      if (commands.length > 0) await this.#nft.apply(commands, signal);
      following.done();
    });
  }

  openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    return this.#inTurn(() => openGates(this.#nft, this.#gateway, gate, forMs));
  }

  readonly conversations: NonNullable<Handle['conversations']> = (...asked) => this.#listeners.listen(...asked);

  close(): Promise<void> {
    this.#listeners.close();
    return this.#inTurn(() => this.#nft.close());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #write(resource: Resource<'policy'>, { generation, signal }: StepContext, was?: Address<'policy'>) {
    const { address } = resource;
    const spec = withoutGates(resource.spec);
    refuseTooMany(spec, address);
    const table = tableName(address);
    const old = await readPair(this.#nft, table, signal);
    refuseForeign(old, table, address);
    const before = was === undefined || was === address ? undefined : tableName(was);
    const zones = await this.#zonesFor(spec, [table, ...(before === undefined ? [] : [before])], signal);
    const cards = await resolveCards(this.#host, spec.links, signal);
    const around: Surroundings = {
      table,
      tag: formatTag({ address, generation }),
      tenant: spec.tenant,
      zones,
      ...cards,
    };
    const next = { bridge: bridgeTable(spec, around), inet: inetTable(spec, around) };
    await enableBridgeNetfilter(this.#host, signal);
    const gone = before !== undefined && (await this.#isOurs(before, signal)) ? [before] : [];
    const removals = gone.flatMap(name => FAMILIES.flatMap(family => removeTable({ family, name })));
    const gates = await gateCommands(this.#nft, address, resource.spec, around, was, signal);
    const left = await this.#listeners.follow(was ?? address, was === undefined || was === address ? spec : undefined);
    const commands = [...removals, ...changeCommands(address, old, next, spec), ...gates, ...left.commands];
    await this.#nft.apply(commands, signal);
    left.done();
  }

  /** Zones of a policy's segments: those its tables have, else ones that no other table of ours uses. */
  async #zonesFor(spec: PolicySpec, own: readonly string[], signal: AbortSignal): Promise<Surroundings['zones']> {
    const mine = new Map<string, number>();
    const taken = new Set<number>();
    for (const name of await listNames(this.#nft, signal)) {
      for (const [bridge, zone] of await this.#readZones(name, signal))
        if (own.includes(name)) mine.set(bridge, zone);
        else taken.add(zone);
    }
    return assignZones(segmentsOf(spec), mine, taken);
  }

  async #readZones(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const chain = await this.#nft.chain('inet', name, 'gw_zone', signal);
    return readZones(chain?.rules ?? []);
  }

  async #isOurs(name: string, signal: AbortSignal): Promise<boolean> {
    for (const family of FAMILIES) {
      const chain = await this.#nft.chain(family, name, TAG_CHAIN, signal);
      if (tagIn(chain) !== undefined) return true;
    }
    return false;
  }
}

function refuseForeign(old: Pair, table: string, address: Address<'policy'>): void {
  const some = old.bridge !== undefined || old.inet !== undefined;
  if (!some || tagOf(old.bridge) !== undefined || tagOf(old.inet) !== undefined) return;
  const message = `a table ${table} exists without our tag; delete it or restore its chain ${TAG_CHAIN}, then apply again`;
  throw new GatewrightError('GW_HOST_UNEXPECTED', message, { address });
}

function refuseTooMany(spec: PolicySpec, address: Address<'policy'>): void {
  if (policedPorts(spec.links).length + proxiedPorts(spec.links).length <= MARK.mostPorts) return;
  const message = `a policy can police ${MARK.mostPorts} ports and proxies of one gateway; use another gateway for the rest`;
  throw new GatewrightError('GW_BUG', message, { address });
}
