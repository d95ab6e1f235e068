// The live network of one gateway in this process: what its resources say, and the switches, cables and tunnels made of
// it. Its five drivers share one. Every change makes everything equal to what the resources say.
import type { Host } from '../../host/host.ts';
import type { Address, Kind } from '../../model/address.ts';
import type { ConversationOrder, HeardConversations } from '../../model/conversation.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../../model/errors.ts';
import type { Spec } from '../../model/kind.ts';
import type { PortFigures } from '../../model/port-figures.ts';
import type { HeardPortFrames, PortOrder } from '../../model/port-frame.ts';
import { Doors } from './doors.ts';
import type { Ground } from './ground.ts';
import { Guards } from './guards.ts';
import { type Clocks, LeaseFiles } from './lease-files.ts';
import { edgeLeg } from './leg.ts';
import { listen } from './listening.ts';
import type { Living, Wanted } from './part.ts';
import { Parts } from './parts.ts';
import { bridgeWire, cardCable, framesStatus, guestCable, tunnel } from './plugs.ts';
import { hearPort, PortEars } from './port-ears.ts';
import { Switches } from './switches.ts';
import { Tunnels } from './tunnels.ts';

export interface Seen<K extends Kind = Kind> {
  readonly address: Address<K>;
  readonly generation: number;
  /** Without the fields that are not true now. */
  readonly spec: Partial<Spec<K>>;
  readonly status: Readonly<Record<string, unknown>>;
}

export class Box {
  readonly #ground: Ground;
  readonly #guards: Guards;
  readonly #doors: Doors;
  readonly #parts = new Parts();
  readonly #resources = new Map<Address, Living>();
  /** One change at a time: each waits for the one before. */
  #work: Promise<unknown> = Promise.resolve();

  /** @param folder  of the gateway's files */
  constructor(host: Host, folder: string, clocks: Clocks) {
    const now = clocks.steady;
    const leases = new LeaseFiles(host, folder, clocks);
    this.#doors = new Doors(now);
    this.#guards = new Guards(now, this.#doors);
    const parts = { switches: new Switches(now), tunnels: new Tunnels(host), ears: new PortEars() };
    this.#ground = { host, ...parts, legs: new Map(), leases, now };
  }

  /**
   * Makes a resource live as its spec says, whatever was there before.
   * @param was  an earlier address of it, which goes
   * @throws GatewrightError when a part of it cannot be put in place; what can, is
   */
  put<K extends Kind>(resource: Living<K>, was?: Address<K>): Promise<void> {
    return this.#next(async () => {
      if (was !== undefined && was !== resource.address) this.#rename(was, resource.address);
      this.#resources.set(resource.address, resource as Living);
      await this.#bring();
      const failure = this.#parts.failureOf(resource.address);
      if (failure !== undefined) throw explain(failure, resource.address);
    });
  }

  /** Makes many live at once, as after a start; what cannot be put in place shows when it is looked at. */
  restore(resources: readonly Living[]): Promise<void> {
    return this.#next(async () => {
      for (const resource of resources) this.#resources.set(resource.address, resource);
      await this.#bring();
    });
  }

  drop(address: Address): Promise<void> {
    return this.#next(async () => {
      this.#resources.delete(address);
      await this.#bring();
    });
  }

  /** The live resources of a kind as they really are. */
  look<K extends Kind>(kind: K): readonly Seen<K>[] {
    return this.#of(kind).map(({ address, generation, spec }) => {
      const untrue = new Set(this.#parts.untrue(address));
      const shown = Object.fromEntries(Object.entries(spec).filter(([field]) => !untrue.has(field)));
      const failure = this.#parts.failureOf(address);
      const own = kind === 'policy' ? this.#policyStatus(address, spec as Spec<'policy'>) : this.#statusOf(address);
      const status = { ...own, ...(failure === undefined ? {} : { failure: messageOf(failure) }) };
      return { address, generation, spec: shown as Partial<Spec<K>>, status };
    });
  }

  /** Lets links that wait for a gate carry what their rules let pass, for so long; 0 cuts them. */
  openGate(gate: Address<'gate'>, forMs: number): void {
    this.#doors.open(gate, forMs);
  }

  /** See `Handle.conversations`. */
  conversations(
    policy: Address<'policy'>,
    order: ConversationOrder,
    heard: HeardConversations,
    ended: () => void,
  ): () => void {
    const spec = this.#of('policy').find(({ address }) => address === policy)?.spec;
    return listen(this.#guards, { policy, spec }, order, { heard, ended });
  }

  /** See `Handle.tapPort`. */
  tapPort(port: Address<'port'>, order: PortOrder, heard: HeardPortFrames, ended: () => void): () => void {
    return hearPort(this.#ground.ears, port, order, { heard, ended });
  }

  /** See `Handle.portFigures`. */
  portFigures(): readonly PortFigures[] {
    return this.#parts.figures();
  }

  close(): Promise<void> {
    return this.#next(() => this.#parts.close());
  }

  #rename(was: Address, address: Address): void {
    this.#resources.delete(was);
    const { legs } = this.#ground;
    const last = legs.get(was);
    if (last !== undefined) legs.set(address, last);
  }

  #policyStatus(address: Address, { links }: Spec<'policy'>): Readonly<Record<string, unknown>> {
    const waitsFor = this.#doors.closed(links.flatMap(({ gates = [] }) => gates.map(({ by }) => by)));
    return { ...this.#guards.status(address), ...(waitsFor.length === 0 ? {} : { waitsFor }) };
  }

  #statusOf(address: Address): Readonly<Record<string, unknown>> {
    const found = this.#ground.switches.find(address);
    const own = found === undefined ? {} : { ports: found.ports, frames: framesStatus(found.counters) };
    return { ...own, ...this.#parts.status(address) };
  }

  #of<K extends Kind>(kind: K): readonly Living<K>[] {
    return [...this.#resources.values()].filter(each => each.kind === kind) as unknown as readonly Living<K>[];
  }

  async #bring(): Promise<void> {
    const { switches, legs, leases } = this.#ground;
    for (const address of legs.keys()) if (!this.#resources.has(address)) legs.delete(address);
    const [uplinks, segments] = [this.#of('uplink'), this.#of('segment')];
    switches.keep(new Set([...uplinks, ...segments].map(each => each.address)));
    for (const { address } of uplinks) switches.ensure(address);
    // Before anything is plugged in: no frame goes where the rules were not asked.
    this.#guards.bring(segments, this.#of('policy'));
    for (const { address, spec } of segments) switches.ensure(address, spec.mtu, this.#guards.of(address));
    await this.#parts.bring(this.#wanted());
    this.#ground.ears.keep(new Set(this.#of('port').map(({ address }) => address)));
    await leases.keep(this.#of('edge').map(({ address }) => address));
  }

  #wanted(): readonly Wanted[] {
    const ground = this.#ground;
    const wanted = [
      ...this.#of('uplink').map(each => cardCable(ground, each)),
      ...this.#of('segment').flatMap(each => [tunnel(ground, each), bridgeWire(ground, each)]),
      ...this.#of('edge').map(each => edgeLeg(ground, each)),
      ...this.#of('port').map(each => guestCable(ground, each)),
    ];
    return wanted.filter(each => each !== undefined);
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }
}

function explain(failure: unknown, address: Address): GatewrightError {
  if (isGatewrightError(failure)) return failure;
  return new GatewrightError('GW_HOST_UNEXPECTED', `${address} is not in place: ${messageOf(failure)}`, { address });
}
