// The platform: compiles what is deployed, keeps a link to every gateway drawn, plans, applies on command and keeps the
// audit. Knows neither HTTP nor Node-RED nor how a gateway is reached.
import { BoxProfile } from '../hardware/profile.ts';
import { type Address, type Name, parseAddress } from '../model/address.ts';
import type { Agent, ApplyResult } from '../model/agent.ts';
import type { Attestation } from '../model/attestation.ts';
import { canonicalJson } from '../model/canonical.ts';
import type { ConsoleSession, PowerAction } from '../model/console.ts';
import { type Design, designFor } from '../model/design.ts';
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts';
import type { Excepting } from '../model/drift.ts';
import { GatewrightError, messageOf } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { type Announcer, openAnnouncer } from './announcer.ts';
import { noted } from './attesting.ts';
import type { AuditLog } from './audit.ts';
import { excepting } from './excepting.ts';
import { GatewayLink, type LinkWorld } from './gateway-link.ts';
import { FAULTY, faultyNodes, indexNodes, mainKind, type NodeIndex, nodeStateOf } from './node-state.ts';
import type {
  ApplyCommand,
  AuditEntry,
  GatewayState,
  NodeState,
  PlatformPort,
  PlatformState,
  VmSight,
} from './platform-port.ts';
import type { PolicingNodes } from './policing-nodes.ts';
import type { RestoringWorld } from './restoring.ts';

/** Editors are told at most ten times a second. */
const ANNOUNCE_EVERY_MS = 100;

export interface PlatformWorld extends Pick<LinkWorld, 'connect' | 'render' | 'lacks' | 'lookEveryMs' | 'exceptions'> {
  readonly compile: (flows: readonly unknown[]) => {
    readonly design: Design;
    readonly diagnostics: readonly Diagnostic[];
  };
  /** Nodes that police links, by name; without it they show no state. */
  readonly policing?: (flows: readonly unknown[]) => PolicingNodes;
  readonly audit: AuditLog;
  readonly now: () => number;
}

export class Platform implements PlatformPort {
  readonly #world: PlatformWorld;
  readonly #links = new Map<Name, GatewayLink>();
  readonly #stateListeners = new Set<(state: PlatformState) => void>();
  readonly #eventListeners = new Set<(event: AgentEvent) => void>();
  readonly #announcer: Announcer;
  #design: Design | undefined;
  #diagnostics: readonly Diagnostic[] = [];
  #nodes: NodeIndex = new Map();
  /** Worked out when asked for, forgotten with every change. */
  #faulty: ReadonlySet<string> | undefined;
  #revision = 0;
  #loading: Promise<unknown> = Promise.resolve();

  constructor(world: PlatformWorld) {
    this.#world = world;
    this.#announcer = openAnnouncer(() => this.#announce(), ANNOUNCE_EVERY_MS);
  }

  load(flows: readonly unknown[], user: string): Promise<void> {
    const next = this.#loading.catch(() => undefined).then(() => this.#load(flows, user)); // told to its own caller
    this.#loading = next;
    return next;
  }

  state(): PlatformState {
    return { revision: this.#revision, diagnostics: this.#findings(), gateways: this.#gateways() };
  }

  design(): Design | undefined {
    return this.#design;
  }

  nodeState(node: string): NodeState | undefined {
    this.#faulty ??= faultyNodes(this.#findings());
    if (this.#faulty.has(node)) return FAULTY;
    const addresses = this.#nodes.get(node) ?? [];
    const signs = addresses.flatMap(address => {
      const link = this.#links.get(parseAddress(address)?.gateway ?? '');
      return link === undefined ? [] : [link.signOf(address)];
    });
    return nodeStateOf(signs, this.#design && mainKind(this.#design, addresses), this.#world.now());
  }

  async refresh(gateway?: Name): Promise<readonly Plan[]> {
    const links = gateway === undefined ? [...this.#links.values()] : [this.#link(gateway)];
    const plans = await Promise.all(links.map(link => link.refresh()));
    return plans.filter(plan => plan !== undefined);
  }

  async apply(command: ApplyCommand, user: string): Promise<ApplyResult> {
    const link = this.#link(command.gateway);
    this.#note({ user, action: 'apply', gateway: command.gateway, detail: `plan ${command.planHash.slice(0, 12)}` });
    return this.#noted('apply', command.gateway, user, link.apply(command.planHash, command.onFailure));
  }

  cancel(gateway: Name, user: string): void {
    const cancelled = this.#link(gateway).cancel();
    this.#note({ user, action: 'cancel', gateway, detail: cancelled ? 'asked to stop' : 'nothing was running' });
  }

  async rollback(gateway: Name, user: string): Promise<ApplyResult> {
    const link = this.#link(gateway);
    this.#note({ user, action: 'rollback', gateway, detail: 'to the generation before' });
    return this.#noted('rollback', gateway, user, link.rollback());
  }

  async wayBack(gateway: Name): Promise<Plan> {
    return this.#link(gateway).reached().wayBack();
  }

  async console(
    address: Address<'vm'>,
    typist: string | undefined,
    said: (bytes: Uint8Array) => void,
  ): Promise<ConsoleSession> {
    const gateway = gatewayOf(address);
    const session = await this.#link(gateway).reached().console(address, said);
    if (typist === undefined) return { ...session, write: () => {} };
    this.#note({ user: typist, action: 'console', gateway, detail: `opened ${address} for typing` });
    return session;
  }

  async power(address: Address<'vm'>, action: PowerAction, user: string): Promise<void> {
    const gateway = gatewayOf(address);
    const link = this.#link(gateway);
    try {
      await link.reached().power(address, action);
      this.#note({ user, action: 'power', gateway, detail: `${action} ${address}` });
    } catch (error) {
      this.#note({ user, action: 'power', gateway, detail: `${action} ${address} refused: ${messageOf(error)}` });
      throw error;
    }
  }

  readonly ask: PlatformPort['ask'] = async (line, request) => this.#agentOf(line).ask(line, request);
  readonly tap: PlatformPort['tap'] = async (line, heard) => this.#agentOf(line).tap(line, heard);
  readonly traffic: PlatformPort['traffic'] = async (gateway, heard) => this.#link(gateway).reached().traffic(heard);
  readonly conversations: PlatformPort['conversations'] = async (policy, ...asked) =>
    this.#agentOf(policy).conversations(policy, ...asked);
  readonly tapPort: PlatformPort['tapPort'] = async (port, ...asked) => this.#agentOf(port).tapPort(port, ...asked);

  async observe(gateway: Name): Promise<Observed> {
    return this.#link(gateway).reached().observe();
  }

  async probe(gateway: Name): Promise<BoxProfile> {
    return BoxProfile.parse(await this.#link(gateway).reached().probe());
  }

  attestation(gateway: Name, user: string): Attestation {
    const { attestation } = this.#link(gateway).reached();
    return noted(attestation, detail => this.#note({ user, action: 'attest', gateway, detail }));
  }

  excepting(gateway: Name, user: string): Excepting {
    const link = this.#link(gateway);
    const note: RestoringWorld['note'] = (detail, action = 'except') => this.#note({ user, action, gateway, detail });
    return excepting({ ...this.#world, gateway, user, link, note });
  }

  async sightOf(address: Address<'vm'>): Promise<VmSight> {
    const link = this.#links.get(gatewayOf(address));
    return link === undefined ? { power: 'unknown' } : link.sightOf(address);
  }

  audit(): readonly AuditEntry[] {
    return this.#world.audit.entries();
  }

  onState(listener: (state: PlatformState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  onEvent(listener: (event: AgentEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => void this.#eventListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#announcer.close();
    await this.#loading.catch(() => undefined); // told to its own caller
    await Promise.all([...this.#links.values()].map(link => link.close()));
    this.#links.clear();
    await this.#world.audit.flush();
  }

  async #load(flows: readonly unknown[], user: string): Promise<void> {
    const { design, diagnostics } = this.#world.compile(flows);
    this.#design = design;
    this.#diagnostics = diagnostics;
    this.#nodes = indexNodes(design, this.#world.policing?.(flows));
    const errors = diagnostics.filter(diagnostic => diagnostic.severity === 'error').length;
    this.#note({
      user,
      action: 'deploy',
      detail: `${Object.keys(design.resources).length} resources, ${errors} errors`,
    });
    await this.#drawLinks(design);
    this.#changed();
    await Promise.all([...this.#links.values()].map(link => link.refresh()));
  }

  async #drawLinks(design: Design): Promise<void> {
    for (const [name, link] of this.#links) {
      const spec = design.gateways[name];
      if (spec !== undefined && link.fits(spec)) continue;
      this.#links.delete(name);
      await link.close();
    }
    for (const [name, spec] of Object.entries(design.gateways)) {
      const link = this.#links.get(name) ?? new GatewayLink(spec, this.#linkWorld());
      this.#links.set(name, link);
      const plannable = hasErrors(this.#diagnostics) ? undefined : designFor(design, name);
      link.draw(spec, addressesOn(design, name), plannable);
    }
  }

  #linkWorld(): LinkWorld {
    return { ...this.#world, changed: () => this.#changed(), onEvent: event => this.#heard(event) };
  }

  #heard(event: AgentEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  #changed(): void {
    this.#revision += 1;
    this.#faulty = undefined;
    this.#announcer.changed();
  }

  #announce(): void {
    const state = this.state();
    for (const listener of this.#stateListeners) listener(state);
  }

  /** What the compiler found, and what only the gateways could. */
  #findings(): readonly Diagnostic[] {
    const known = new Set(this.#diagnostics.map(canonicalJson));
    const lacks = [...this.#links.values()].flatMap(link => link.lacks());
    // A box that was probed for the drawing lacks the same in both.
    return [...this.#diagnostics, ...lacks.filter(lack => !known.has(canonicalJson(lack)))];
  }

  #gateways(): GatewayState[] {
    return [...this.#links.values()].map(link => link.state()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #link(gateway: Name): GatewayLink {
    const link = this.#links.get(gateway);
    if (link !== undefined) return link;
    throw new GatewrightError('GW_GATEWAY_UNKNOWN', `no gateway ${gateway} is drawn; deploy one or name another`);
  }

  #agentOf(address: Address): Agent {
    return this.#link(gatewayOf(address)).reached();
  }

  #note(entry: Omit<AuditEntry, 'atMs'>): void {
    this.#world.audit.add({ atMs: this.#world.now(), ...entry });
  }

  async #noted(
    action: 'apply' | 'rollback',
    gateway: Name,
    user: string,
    work: Promise<ApplyResult>,
  ): Promise<ApplyResult> {
    try {
      const result = await work;
      this.#note({ user, action, gateway, detail: `${result.outcome}: generation ${result.generation}` });
      return result;
    } catch (error) {
      this.#note({ user, action, gateway, detail: `refused: ${messageOf(error)}` });
      throw error;
    }
  }
}

function addressesOn(design: Design, gateway: Name): Address[] {
  const addresses = Object.keys(design.resources) as Address[];
  return addresses.filter(address => parseAddress(address)?.gateway === gateway).sort();
}

function gatewayOf(address: Address): Name {
  return parseAddress(address)?.gateway ?? '';
}
