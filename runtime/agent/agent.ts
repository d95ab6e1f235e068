// The agent of one gateway: one work at a time, and between works the watch for drift. Puts the parts together; what
// each work does is in works.ts. The same object serves in process and behind the socket.
import { join } from 'node:path';
import type { BoxProfile } from '../hardware/profile.ts';
import { makeFolder } from '../host/local-socket.ts';
import type { Address } from '../model/address.ts';
import {
  AGENT_PROTOCOL_VERSION,
  type Agent,
  type AgentInfo,
  type ApplyRequest,
  type ApplyResult,
} from '../model/agent.ts';
import type { Attestation } from '../model/attestation.ts';
import type { PowerAction } from '../model/console.ts';
import type { GatewayDesign } from '../model/design.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { type Backend, connectBackend } from './backend.ts';
import { readBoot, SAME_BOOT } from './boot.ts';
import { cancelled } from './bounded.ts';
import { ClaimKeeper } from './claims/keeper.ts';
import { Consoles } from './consoles.ts';
import type { ConvergeWorld } from './converge.ts';
import { DriftWatch } from './drift.ts';
import { Gates } from './gates.ts';
import { JOURNAL_FILE, type Journal } from './journal.ts';
import { openJournal } from './journal-sqlite.ts';
import { Lines } from './lines.ts';
import type { LocalAgent } from './local-agent.ts';
import { Networks } from './networks.ts';
import { ObservedAlarms } from './observed-alarms.ts';
import { type AgentOptions, LIMITS, systemTimer } from './options.ts';
import { PlanMemory } from './plan-memory.ts';
import { Planning } from './planning.ts';
import { sharedProbe } from './probing.ts';
import * as refusals from './refusals.ts';
import { type Listener, Watchers } from './watchers.ts';
import { type Asked, Works } from './works.ts';

export type { LocalAgent } from './local-agent.ts';

/**
 * Starts the agent of one gateway: locks its state directory, connects the drivers of its back end, and resumes work that
 * a stop interrupted, or brings back what a start of the box took away (in the background: `info().busy` is `recovering`
 * meanwhile).
 * @throws GatewrightError GW_AGENT_LOCKED, GW_JOURNAL_*, GW_KIND_UNSUPPORTED, and whatever a driver finds missing
 */
export async function createAgent(options: AgentOptions): Promise<LocalAgent> {
  const now = options.now ?? Date.now;
  await makeFolder(options.stateDirectory, 0o700);
  const journal = (options.openJournal ?? openJournal)(join(options.stateDirectory, JOURNAL_FILE), options.gateway);
  try {
    const boot = options.dormant ? SAME_BOOT : await readBoot(options.host, options.stateDirectory);
    return new GatewayAgent(options, { journal, backend: await connectBackend(options, now), boot, now });
  } catch (error) {
    journal.close();
    throw error;
  }
}

type AgentWorld = Pick<ConvergeWorld, 'journal' | 'backend' | 'boot' | 'now'>;

class GatewayAgent implements LocalAgent {
  readonly #options: AgentOptions;
  readonly #journal: Journal;
  readonly #backend: Backend;
  readonly #planning: Planning;
  readonly #watchers: Watchers;
  readonly #works: Works;
  readonly #consoles: Consoles;
  readonly #lines: Lines;
  readonly #networks: Networks;
  readonly #gates: Gates;
  readonly #probe: () => Promise<BoxProfile>;
  readonly #drift: DriftWatch;
  readonly #observedAlarms = new ObservedAlarms(finding => this.#watchers.tell({ type: 'alarm', ...finding }));
  readonly #stopListening: () => void;
  readonly #plans = new PlanMemory();
  #busy: AgentInfo['busy'] = 'idle';
  #cancel = new AbortController();
  #work: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: AgentOptions, { journal, backend, boot, now }: AgentWorld) {
    const limits = { ...LIMITS, ...options.limits };
    this.#options = options;
    this.#journal = journal;
    this.#backend = backend;
    this.#consoles = new Consoles(backend, options.gateway);
    this.#lines = new Lines(backend, options.gateway);
    this.#networks = new Networks(backend, options.gateway);
    this.#probe = sharedProbe(options.host);
    this.#planning = new Planning(options, backend, limits, now);
    this.#watchers = new Watchers(options.gateway, now);
    this.#gates = new Gates(backend, this.#watchers);
    const parts = { backend, planning: this.#planning, journal, watchers: this.#watchers };
    this.#works = new Works(options, { ...parts, claims: new ClaimKeeper(options, this.#probe), boot, limits, now });
    this.#drift = new DriftWatch({
      look: async cancel => (await this.#driftPlan(cancel))?.steps ?? [],
      tell: steps => this.#watchers.tell({ type: 'drift', generation: this.#works.generation(), steps }),
      blind: error => this.#alarm(error),
      timer: options.timer ?? systemTimer,
      pollMs: limits.pollMs,
      debounceMs: limits.debounceMs,
    });
    this.#stopListening = backend.watch(() => this.#drift.poke());
    this.#recoverOrWatch();
  }

  async info(): Promise<AgentInfo> {
    this.#refuseClosed();
    return {
      protocol: AGENT_PROTOCOL_VERSION,
      gateway: this.#options.gateway,
      version: this.#options.version,
      label: this.#backend.label,
      facts: this.#backend.facts,
      ...(await this.#backend.images()),
      generation: this.#works.generation(),
      busy: this.#busy,
    };
  }

  async observe(): Promise<Observed> {
    this.#refuseClosed();
    return this.#planning.observe(this.#works.generation());
  }

  async probe(): Promise<BoxProfile> {
    this.#refuseClosed();
    return this.#probe();
  }

  async plan(design: GatewayDesign): Promise<Plan> {
    const checked = this.#planning.check(design);
    this.#refuseBusy();
    const observed = await this.#planning.observe(this.#works.generation());
    const plan = this.#planning.plan(checked, observed);
    await this.#works.prove(checked);
    this.#plans.add(plan, observed);
    return plan;
  }

  async apply(request: ApplyRequest, onEvent: Listener, signal?: AbortSignal): Promise<ApplyResult> {
    const design = this.#planning.check(request.design);
    return this.#exclusively('applying', onEvent, signal, async asked => {
      const observed = await this.#planning.observe(this.#works.generation());
      const plan = this.#planning.plan(design, observed);
      if (plan.hash !== request.planHash) throw this.#plans.stale(request.planHash, design, observed);
      if (plan.steps.length === 0 && this.#works.isCurrent(design)) return this.#works.nothingToDo();
      return this.#works.apply(design, plan, request.onFailure, asked);
    });
  }

  async wayBack(): Promise<Plan> {
    this.#refuseBusy();
    return this.#works.wayBack();
  }

  rollback(onEvent: Listener, signal?: AbortSignal): Promise<ApplyResult> {
    return this.#exclusively('applying', onEvent, signal, asked => this.#works.rollback(asked));
  }

  async drift(): Promise<Plan | undefined> {
    this.#refuseClosed();
    return this.#busy === 'idle' ? this.#driftPlan() : undefined;
  }

  /** Refused during a work, which switches VMs itself. */
  async power(address: Address<'vm'>, action: PowerAction): Promise<void> {
    this.#refuseBusy();
    this.#refuseDormant();
    await this.#consoles.power(address, action);
    if (this.#busy === 'idle' && this.#closing === undefined) this.#drift.poke();
  }

  get attestation(): Attestation {
    return this.#awake(this.#gates).attestation;
  }

  readonly console: Agent['console'] = async (...asked) => this.#awake(this.#consoles).open(...asked);
  readonly ask: Agent['ask'] = async (...asked) => this.#awake(this.#lines).ask(...asked);
  readonly tap: Agent['tap'] = async (...asked) => this.#awake(this.#lines).tap(...asked);
  readonly traffic: Agent['traffic'] = async heard => this.#awake(this.#lines).traffic(heard);
  readonly conversations: Agent['conversations'] = async (...asked) =>
    this.#awake(this.#networks).conversations(...asked);
  readonly tapPort: Agent['tapPort'] = async (...asked) => this.#awake(this.#networks).tapPort(...asked);

  watch(listener: Listener): () => void {
    return this.#watchers.watch(listener);
  }

  cancel(): boolean {
    if (this.#busy === 'idle') return false;
    this.#cancel.abort(cancelled());
    return true;
  }

  eventsSince(sinceMs: number): readonly AgentEvent[] {
    return this.#watchers.since(sinceMs);
  }

  async settled(): Promise<void> {
    await this.#work.catch(() => undefined); // told to whoever asked for it
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancel.abort(new GatewrightError('GW_AGENT_STOPPING', 'the agent stops; the work resumes at its next start'));
    await this.settled();
    await this.#drift.rest();
    this.#stopListening();
    this.#consoles.close();
    this.#lines.close();
    this.#networks.close();
    await this.#gates.close();
    try {
      await this.#backend.close();
    } finally {
      this.#journal.close();
    }
  }

  /** One work at a time: claims the agent before anything is awaited. @throws GW_AGENT_BUSY, GW_AGENT_STOPPING */
  async #exclusively<T>(
    busy: 'applying' | 'recovering',
    asker: Listener | undefined,
    signal: AbortSignal | undefined,
    work: (asked: Asked) => Promise<T>,
  ): Promise<T> {
    this.#refuseBusy();
    this.#refuseDormant();
    this.#busy = busy;
    this.#cancel = new AbortController();
    const cancel = () => void this.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    const asked = { asker, signal: this.#cancel.signal };
    const running = this.#drift.rest().then(() => work(asked));
    this.#work = running;
    try {
      return await running;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#busy = 'idle';
      void this.#gates.renew(); // what was made is closed until somebody opens it
      if (this.#closing === undefined) this.#drift.resume();
    }
  }

  #recoverOrWatch(): void {
    if (this.#options.dormant) return;
    const pending = this.#works.pending();
    this.#work = this.#works.settle();
    if (pending === undefined) this.#drift.resume();
    // Nobody asked, so every watcher is told.
    else this.#exclusively('recovering', undefined, undefined, pending).catch(error => this.#alarm(error));
  }

  async #driftPlan(cancel?: AbortSignal): Promise<Plan | undefined> {
    const [current] = this.#journal.applied(1);
    if (current === undefined) return undefined;
    const observed = await this.#planning.observe(current.generation, cancel);
    return this.#planning.plan(current.design, this.#observedAlarms.heed(observed));
  }

  #alarm(error: unknown): void {
    if (isGatewrightError(error) && error.code === 'GW_AGENT_STOPPING') return;
    const code = isGatewrightError(error) ? error.code : 'GW_BUG';
    this.#watchers.tell({ type: 'alarm', code, message: messageOf(error) });
  }

  /** @param part  of what runs here; given back when it does @throws GatewrightError GW_AGENT_STOPPING, GW_AGENT_AWAY */
  #awake<T>(part: T): T {
    this.#refuseClosed();
    this.#refuseDormant();
    return part;
  }

  #refuseBusy(): void {
    this.#refuseClosed();
    if (this.#busy !== 'idle') throw refusals.busy(this.#options.gateway, this.#busy);
  }

  #refuseDormant(): void {
    if (this.#options.dormant) throw refusals.dormant(this.#options);
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined) throw refusals.stopped(this.#options.gateway);
  }
}
