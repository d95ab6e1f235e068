// One gateway as the platform sees it: the connection to its agent, its plan, its work. Reconnects for ever, and says
// plainly when the agent is away. Knows nothing of other gateways, of users or of HTTP.
import type { Address } from '../model/address.ts';
import type { Agent, AgentInfo, ApplyRequest, ApplyResult } from '../model/agent.ts';
import type { GatewayDesign } from '../model/design.ts';
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts';
import type { DriverFacts } from '../model/driver.ts';
import { GatewrightError, messageOf } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import type { Action, Plan } from '../model/plan.ts';
import { noticesOf } from '../plan/notices.ts';
import { AgentConnection } from './agent-connection.ts';
import { inTurn } from './in-turn.ts';
import { addressesOf, type DriftSight, type DriftWorld, LinkDrift } from './link-drift.ts';
import { lookBack } from './look-back.ts';
import type { ResourceSign } from './node-state.ts';
import type { GatewayState, VmSight } from './platform-port.ts';
import { faultyDrawing, findingsOf } from './refused-plan.ts';
import { plannedActions, resourceStates } from './resource-state.ts';
import { lookAt } from './vm-sight.ts';
import { afterEvent, forgetFailures, IDLE, type Work } from './work.ts';

export interface LinkWorld extends DriftWorld {
  readonly connect: (spec: GatewaySpec) => Promise<Agent>;
  readonly render: (plan: Plan) => readonly string[];
  /** What the drawing uses and the drivers of the gateway cannot do. */
  readonly lacks: (design: GatewayDesign, facts: readonly DriverFacts[]) => readonly Diagnostic[];
  /** Milliseconds between two looks at the agent. */
  readonly lookEveryMs: number;
  readonly changed: () => void;
  readonly onEvent: (event: AgentEvent) => void;
}

export class GatewayLink {
  readonly #world: LinkWorld;
  readonly #drift: LinkDrift;
  #spec: GatewaySpec;
  #drawn: readonly Address[] = [];
  /** Absent while the drawing has errors. */
  #design: GatewayDesign | undefined;
  readonly #connection = new AgentConnection(event => this.#heard(event));
  #info: AgentInfo | undefined;
  #plan: Plan | undefined;
  /** What the plan was made of, and how it is shown. */
  #planned: { design: GatewayDesign; shown: Pick<GatewayState, 'plan' | 'planText' | 'notices'> } | undefined;
  #lacks: readonly Diagnostic[] = [];
  #observed: ReadonlySet<Address> = new Set();
  #work: Work = IDLE;
  /** Worked out when asked for, forgotten with every change. */
  #known: { states: GatewayState['resources']; actions: ReadonlyMap<Address, Action> } | undefined;
  #away = 'connecting to the agent';
  #connected = false;
  #cancel: AbortController | undefined;
  readonly #inTurn = inTurn();
  #queued: Promise<Plan | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(spec: GatewaySpec, world: LinkWorld) {
    this.#spec = spec;
    this.#world = world;
    this.#drift = new LinkDrift(spec.name, world);
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
    this.#setPlan();
    this.#lacks = [];
    this.#work = forgetFailures(this.#work);
    this.#changed();
  }

  /** Observes and plans anew; `undefined` when the agent is away or the drawing cannot be planned. */
  refresh(): Promise<Plan | undefined> {
    this.#queued ??= this.#inTurn(() => {
      this.#queued = undefined;
      return this.#look();
    });
    return this.#queued;
  }

  /** @param planned  when not what is drawn @throws GatewrightError GW_DESIGN_INVALID, GW_GATEWAY_AWAY and whatever the agent refuses with */
  async apply(planHash: string, onFailure: ApplyRequest['onFailure'], planned?: GatewayDesign): Promise<ApplyResult> {
    const design = planned ?? this.#planned?.design ?? this.drawing();
    return this.#run((agent, signal) => agent.apply({ design, planHash, onFailure }, ignore, signal));
  }

  rollback(): Promise<ApplyResult> {
    return this.#run((agent, signal) => agent.rollback(ignore, signal));
  }

  /** The agent, as long as it answers. @throws GatewrightError GW_GATEWAY_AWAY */
  reached(): Agent {
    const { agent } = this.#connection;
    if (agent !== undefined && this.#connected) return agent;
    throw new GatewrightError('GW_GATEWAY_AWAY', `${this.#spec.name}: ${this.#away}`);
  }

  /** See `PlatformPort.sightOf`. */
  sightOf(address: Address<'vm'>): Promise<VmSight> {
    return lookAt(() => this.reached(), this.#info, address);
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

  /** What differs, and what of that may stand. */
  drift(): DriftSight {
    return this.#drift.sight(this.#work.drift, this.#plan);
  }

  /** What is drawn. @throws GatewrightError GW_DESIGN_INVALID while the drawing has errors */
  drawing(): GatewayDesign {
    if (this.#design === undefined) throw faultyDrawing(this.#spec.name);
    return this.#design;
  }

  state(): GatewayState {
    const drift = this.drift();
    return {
      name: this.#spec.name,
      backend: this.#spec.backend,
      connected: this.#connected,
      message: this.#connected ? this.#work.note : this.#away,
      generation: this.#info?.generation ?? 0,
      busy: this.#work.applying ? 'applying' : (this.#info?.busy ?? 'idle'),
      drift: drift.drifted.length > 0,
      ...drift,
      gates: this.#work.gates,
      ...(this.#info === undefined ? {} : { label: this.#info.label }),
      ...(this.#info?.images === undefined ? {} : { images: this.#info.images }),
      ...this.#planned?.shown,
      ...(this.#work.steps.size === 0 ? {} : { steps: Object.fromEntries(this.#work.steps) }),
      ...(this.#work.brokenOff === undefined ? {} : { brokenOff: this.#work.brokenOff }),
      ...(this.#work.progress === undefined ? {} : { progress: this.#work.progress }),
      resources: this.#resources(drift),
    };
  }

  /** Lets go of the agent. Work on a gateway goes on without us; an agent in this process resumes it at its next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#inTurn(async () => {}); // ends after what is under way
    await this.#connection.close();
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

  #changed(): void {
    this.#known = undefined;
    this.#world.changed();
  }

  #resources(drift = this.drift()): GatewayState['resources'] {
    return resourceStates({
      connected: this.#connected,
      drawn: this.#drawn,
      plan: this.#plan,
      observed: this.#observed,
      drift: addressesOf(drift),
      changing: this.#work.changing,
      failed: new Set(this.#work.failed.keys()),
    });
  }

  /** One look at the agent. Never throws: an agent that is away is a state, not an accident. */
  async #look(): Promise<Plan | undefined> {
    clearTimeout(this.#timer);
    try {
      if (this.#closed) return undefined;
      const agent = await this.#connection.made(() => this.#world.connect(this.#spec));
      this.#info = await agent.info();
      const first = !this.#connected;
      if (first && this.#info.busy === 'idle') this.#work = { ...this.#work, ...(await lookBack(agent)) };
      this.#connected = true;
      // A working agent shows the plan it works on; it is looked at again when it has ended.
      if (this.#info.busy === 'idle') await this.#planOrObserve(agent).catch(error => this.#cannotPlan(error));
      this.#tellDrift(first);
    } catch (error) {
      this.#connected = false;
      this.#away = messageOf(error);
      this.#setPlan();
    } finally {
      this.#lookLater();
      this.#changed();
    }
    return this.#plan;
  }

  async #planOrObserve(agent: Agent): Promise<void> {
    await this.#drift.renew();
    const design = this.#design;
    this.#lacks = design === undefined ? [] : this.#world.lacks(design, this.#info?.facts ?? []);
    if (design === undefined || hasErrors(this.#lacks)) return this.#observe(agent);
    const planned = await this.#drift.toPlan(design, () => agent.observe());
    const plan = await agent.plan(planned);
    if (design === this.#design) this.#setPlan(plan, planned); // else a newer drawing came in meanwhile and plans itself
  }

  async #observe(agent: Agent): Promise<void> {
    const { resources } = await agent.observe();
    this.#setPlan();
    this.#observed = new Set(Object.values(resources).map(({ address }) => address));
  }

  #setPlan(plan?: Plan, design?: GatewayDesign): void {
    this.#plan = plan;
    if (plan === undefined || design === undefined) this.#planned = undefined;
    else this.#planned = { design, shown: { plan, planText: this.#world.render(plan), notices: noticesOf(plan) } };
  }

  /** The agent answers, but this drawing on this host cannot be planned. */
  #cannotPlan(error: unknown): void {
    this.#setPlan();
    this.#lacks = findingsOf(error, this.#design);
    this.#work = { ...this.#work, note: messageOf(error) };
  }

  #heard(event: AgentEvent): void {
    this.#work = afterEvent(this.#work, event);
    if (event.type === 'drift') this.#tellDrift();
    else this.#world.onEvent(event);
    this.#changed();
    if (event.type === 'apply-ended' || event.type === 'drift') void this.refresh();
  }

  /** Tells of drift when it is news, without what may stand. @param before  it was there before we listened: shown, and no news */
  #tellDrift(before = false): void {
    const event = this.#drift.news(this.#work.drift, this.#plan, this.#info?.generation ?? 0);
    if (event !== undefined && !before) this.#world.onEvent(event);
  }

  #lookLater(): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#glance(), this.#world.lookEveryMs).unref();
  }

  /** Asks only how the agent is; plans anew when that differs from what we know. */
  async #glance(): Promise<void> {
    const { agent } = this.#connection;
    if (agent === undefined || !this.#connected) return void this.refresh();
    try {
      const info = await agent.info();
      const same = info.generation === this.#info?.generation && info.busy === this.#info?.busy;
      this.#info = info;
      if (same && !(await this.#drift.turned())) this.#lookLater();
      else await this.refresh();
    } catch {
      await this.refresh(); // says why in the state
    }
  }
}

function ignore(): void {}
