// One gateway as the platform sees it: the connection to its agent, its plan, its work. Reconnects for ever, and says
// plainly when the agent is away. Knows nothing of other gateways, of users or of HTTP.
import type { Address } from '../model/address.ts';
import type { Agent, AgentInfo, ApplyResult } from '../model/agent.ts';
import type { GatewayDesign } from '../model/design.ts';
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts';
import type { DriverFacts } from '../model/driver.ts';
import { GatewrightError, messageOf } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import type { Action, Plan } from '../model/plan.ts';
import { noticesOf } from '../plan/notices.ts';
import { lookBack } from './look-back.ts';
import type { ResourceSign } from './node-state.ts';
import type { GatewayState, VmSight } from './platform-port.ts';
import { findingsOf } from './refused-plan.ts';
import { plannedActions, resourceStates } from './resource-state.ts';
import { sightOf } from './vm-sight.ts';
import { afterEvent, forgetFailures, IDLE, type Work } from './work.ts';

export interface LinkWorld {
  readonly connect: (spec: GatewaySpec) => Promise<Agent>;
  readonly render: (plan: Plan) => readonly string[];
  /** What the drawing uses and the drivers of the gateway cannot do. */
  readonly lacks: (design: GatewayDesign, facts: readonly DriverFacts[]) => readonly Diagnostic[];
  /** Milliseconds between two looks at the agent. */
  readonly lookEveryMs: number;
  readonly changed: () => void;
  readonly onEvent: (event: AgentEvent) => void;
}

interface Connection {
  readonly agent: Agent;
  readonly stopWatching: () => void;
}

export class GatewayLink {
  readonly #world: LinkWorld;
  #spec: GatewaySpec;
  #drawn: readonly Address[] = [];
  /** Absent while the drawing has errors. */
  #design: GatewayDesign | undefined;
  #connection: Connection | undefined;
  #info: AgentInfo | undefined;
  #plan: Plan | undefined;
  #planText: readonly string[] | undefined;
  #lacks: readonly Diagnostic[] = [];
  #observed: ReadonlySet<Address> = new Set();
  #work: Work = IDLE;
  /** Worked out when asked for, forgotten with every change. */
  #known: { states: GatewayState['resources']; actions: ReadonlyMap<Address, Action> } | undefined;
  #away = 'connecting to the agent';
  #connected = false;
  #cancel: AbortController | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #queued: Promise<Plan | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(spec: GatewaySpec, world: LinkWorld) {
    this.#spec = spec;
    this.#world = world;
  }

  /** Whether a new spec is reached in the same way, so that the connection may stay. */
  fits(spec: GatewaySpec): boolean {
    return (['backend', 'agentSocket', 'hypervisor'] as const).every(field => spec[field] === this.#spec[field]);
  }

  /**
   * Takes what is drawn now. The caller refreshes afterwards.
   * @param design  absent when the drawing has errors: then nothing is planned
   */
  draw(spec: GatewaySpec, drawn: readonly Address[], design: GatewayDesign | undefined): void {
    this.#spec = spec;
    this.#drawn = drawn;
    this.#design = design;
    this.#setPlan(undefined);
    this.#lacks = [];
    this.#work = forgetFailures(this.#work);
    this.#changed();
  }

  /** Observes and plans anew; `undefined` when the agent is away or the drawing cannot be planned. */
  refresh(): Promise<Plan | undefined> {
    this.#queued ??= this.#serially(() => {
      this.#queued = undefined;
      return this.#look();
    });
    return this.#queued;
  }

  /** @throws GatewrightError GW_DESIGN_INVALID, GW_GATEWAY_AWAY and whatever the agent refuses with */
  async apply(planHash: string, onFailure: 'stop' | 'rollback'): Promise<ApplyResult> {
    const design = this.#design;
    if (design === undefined)
      throw new GatewrightError(
        'GW_DESIGN_INVALID',
        `the drawing of ${this.#spec.name} has errors; mend its findings and deploy again`,
      );
    return this.#run((agent, signal) => agent.apply({ design, planHash, onFailure }, ignore, signal));
  }

  rollback(): Promise<ApplyResult> {
    return this.#run((agent, signal) => agent.rollback(ignore, signal));
  }

  /** The agent, as long as it answers. @throws GatewrightError GW_GATEWAY_AWAY */
  reached(): Agent {
    if (this.#connection !== undefined && this.#connected) return this.#connection.agent;
    throw new GatewrightError('GW_GATEWAY_AWAY', `${this.#spec.name}: ${this.#away}`);
  }

  /** See `PlatformPort.sightOf`. */
  async sightOf(address: Address<'vm'>): Promise<VmSight> {
    try {
      const { resources } = await this.reached().observe();
      return sightOf(this.#info, resources[address]);
    } catch {
      return { ...sightOf(this.#info, undefined), power: 'unknown' }; // the state of the gateway says why
    }
  }

  cancel(): boolean {
    this.#cancel?.abort();
    return this.#cancel !== undefined;
  }

  /** Findings that only this gateway's drivers can know. */
  lacks(): readonly Diagnostic[] {
    return this.#lacks;
  }

  /** What is known of one resource; cheap enough to be asked for every node. */
  signOf(address: Address): ResourceSign {
    this.#known ??= { states: this.#resources(), actions: plannedActions(this.#plan) };
    const { states, actions } = this.#known;
    const standing = this.#work.gates.find(({ gate }) => gate === address);
    return { state: states[address] ?? 'unknown', action: actions.get(address), label: this.#info?.label, standing };
  }

  state(): GatewayState {
    return {
      name: this.#spec.name,
      backend: this.#spec.backend,
      connected: this.#connected,
      message: this.#connected ? this.#work.note : this.#away,
      generation: this.#info?.generation ?? 0,
      busy: this.#work.applying ? 'applying' : (this.#info?.busy ?? 'idle'),
      drift: this.#work.drift.length > 0,
      gates: this.#work.gates,
      ...(this.#info === undefined ? {} : { label: this.#info.label }),
      ...(this.#plan === undefined ? {} : { plan: this.#plan }),
      ...(this.#planText === undefined ? {} : { planText: this.#planText }),
      ...(this.#plan === undefined ? {} : { notices: noticesOf(this.#plan) }),
      ...(this.#work.steps.size === 0 ? {} : { steps: Object.fromEntries(this.#work.steps) }),
      ...(this.#work.brokenOff === undefined ? {} : { brokenOff: this.#work.brokenOff }),
      ...(this.#work.progress === undefined ? {} : { progress: this.#work.progress }),
      resources: this.#resources(),
    };
  }

  /** Lets go of the agent. Work on a gateway goes on without us; an agent in this process resumes it at its next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#turn.catch(ignore); // told to whoever asked for it
    await this.#disconnect();
  }

  async #run(work: (agent: Agent, signal: AbortSignal) => Promise<ApplyResult>): Promise<ApplyResult> {
    const agent = this.reached();
    const cancel = new AbortController();
    this.#cancel ??= cancel;
    try {
      return await work(agent, cancel.signal);
    } finally {
      if (this.#cancel === cancel) this.#cancel = undefined;
      await this.refresh();
    }
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.catch(ignore).then(work); // an earlier failure was told to whoever asked for it
    this.#turn = next;
    return next;
  }

  #changed(): void {
    this.#known = undefined;
    this.#world.changed();
  }

  #resources(): GatewayState['resources'] {
    return resourceStates({
      connected: this.#connected,
      drawn: this.#drawn,
      plan: this.#plan,
      observed: this.#observed,
      drift: new Set(this.#work.drift.map(step => step.address)),
      changing: this.#work.changing,
      failed: new Set(this.#work.failed.keys()),
    });
  }

  /** One look at the agent. Never throws: an agent that is away is a state, not an accident. */
  async #look(): Promise<Plan | undefined> {
    clearTimeout(this.#timer);
    try {
      if (this.#closed) return undefined;
      const agent = await this.#agent();
      this.#info = await agent.info();
      if (!this.#connected && this.#info.busy === 'idle') this.#work = { ...this.#work, ...(await lookBack(agent)) };
      this.#connected = true;
      // A working agent shows the plan it works on; it is looked at again when it has ended.
      if (this.#info.busy === 'idle') await this.#planOrObserve(agent).catch(error => this.#cannotPlan(error));
    } catch (error) {
      this.#lost(error);
    } finally {
      this.#lookLater();
      this.#changed();
    }
    return this.#plan;
  }

  async #planOrObserve(agent: Agent): Promise<void> {
    const design = this.#design;
    this.#lacks = design === undefined ? [] : this.#world.lacks(design, this.#info?.facts ?? []);
    if (design === undefined || hasErrors(this.#lacks)) return this.#observe(agent);
    const plan = await agent.plan(design);
    if (design === this.#design) this.#setPlan(plan); // else a newer drawing came in meanwhile and plans itself
  }

  async #observe(agent: Agent): Promise<void> {
    const observed = await agent.observe();
    this.#setPlan(undefined);
    this.#observed = new Set(Object.values(observed.resources).map(resource => resource.address));
  }

  #setPlan(plan: Plan | undefined): void {
    this.#plan = plan;
    this.#planText = plan === undefined ? undefined : this.#world.render(plan);
  }

  /** The agent answers, but this drawing on this host cannot be planned. */
  #cannotPlan(error: unknown): void {
    this.#setPlan(undefined);
    this.#lacks = findingsOf(error, this.#design);
    this.#work = { ...this.#work, note: messageOf(error) };
  }

  #lost(error: unknown): void {
    this.#connected = false;
    this.#away = messageOf(error);
    this.#setPlan(undefined);
  }

  async #agent(): Promise<Agent> {
    if (this.#connection !== undefined) return this.#connection.agent;
    const agent = await this.#world.connect(this.#spec);
    this.#connection = { agent, stopWatching: agent.watch(event => this.#heard(event)) };
    return agent;
  }

  #heard(event: AgentEvent): void {
    this.#work = afterEvent(this.#work, event);
    this.#world.onEvent(event);
    this.#changed();
    if (event.type === 'apply-ended' || event.type === 'drift') void this.refresh();
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#glance(), this.#world.lookEveryMs);
    this.#timer.unref();
  }

  /** Asks only how the agent is; plans anew when that differs from what we know. */
  async #glance(): Promise<void> {
    if (this.#connection === undefined || !this.#connected) return void this.refresh();
    try {
      const info = await this.#connection.agent.info();
      const same = info.generation === this.#info?.generation && info.busy === this.#info?.busy;
      this.#info = info;
      if (same) this.#lookLater();
      else await this.refresh();
    } catch {
      await this.refresh(); // says why in the state
    }
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.stopWatching();
    await connection?.agent.close();
  }
}

function ignore(): void {}
