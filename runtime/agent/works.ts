// The works of an agent: apply, roll back, recover, restore. Each ends with one closing line in the journal that says truly
// what is complete now; a stop of the agent in the middle leaves the entry open for the next start.
import type { ApplyRequest, ApplyResult } from '../model/agent.ts';
import { hashOf } from '../model/canonical.ts';
import type { GatewayDesign } from '../model/design.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import type { Outcome } from '../model/events.ts';
import type { Plan } from '../model/plan.ts';
import { sealPlan } from '../plan/hash.ts';
import { type ConvergeWorld, converge, type Ending } from './converge.ts';
import type { Entry } from './journal.ts';
import type { AgentOptions } from './options.ts';
import { entryToUndo, type Target, targetBelow } from './undo.ts';
import type { Listener } from './watchers.ts';

export interface Asked {
  readonly asker?: Listener | undefined;
  readonly signal: AbortSignal;
}

/** An entry under way, as far as the journal knows it. */
type Open = Pick<Entry, 'id' | 'generation' | 'design' | 'rounds'>;

export class Works {
  readonly #options: Pick<AgentOptions, 'gateway' | 'backend'>;
  readonly #world: ConvergeWorld;

  constructor(options: Pick<AgentOptions, 'gateway' | 'backend'>, world: ConvergeWorld) {
    this.#options = options;
    this.#world = world;
  }

  /** The generation that is complete; 0 = none. */
  generation(): number {
    return this.#world.journal.applied(1)[0]?.generation ?? 0;
  }

  /** What came of an empty plan. */
  nothingToDo(): ApplyResult {
    return { outcome: 'applied', generation: this.generation(), message: 'nothing to do, everything runs as drawn' };
  }

  /** Whether the box can give what the design wants of it. @throws GatewrightError GW_CLAIM_* */
  prove(design: GatewayDesign): Promise<void> {
    return this.#world.claims.prove(design);
  }

  /**
   * Runs a plan that was made for this design a moment ago.
   * @throws GatewrightError GW_CLAIM_*, before anything is changed
   */
  async apply(
    design: GatewayDesign,
    plan: Plan,
    onFailure: ApplyRequest['onFailure'],
    asked: Asked,
  ): Promise<ApplyResult> {
    const { journal, now } = this.#world;
    const from = this.generation();
    await this.#world.claims.reserve(design, this.#standing(), asked.signal);
    const entry: Open = { id: (journal.newest()?.id ?? 0) + 1, generation: from + 1, design, rounds: 1 };
    journal.write({ type: 'open', entry: entry.id, generation: entry.generation, design, plan, atMs: now() });
    const ending = await this.#goOn(entry, asked, plan);
    if (ending.outcome === 'complete')
      return this.#close(entry, 'applied', `generation ${entry.generation} is complete`, asked);
    if (ending.outcome === 'failed' && onFailure === 'rollback')
      return this.#undo({ ...entry, rounds: ending.rounds }, `${ending.message}; `, asked);
    return this.#close(entry, ending.outcome, `${ending.message}; plan again or roll back`, asked);
  }

  /** @throws GatewrightError GW_NO_EARLIER_GENERATION; GW_CLAIM_* when somebody else has by now what went before */
  async rollback(asked: Asked): Promise<ApplyResult> {
    const entry = this.#toUndo();
    await this.#world.claims.reserve(this.#below(entry).design, this.#standing(), asked.signal);
    return this.#undo(entry, '', asked);
  }

  /** What a rollback would do now. @throws GatewrightError GW_NO_EARLIER_GENERATION */
  async wayBack(): Promise<Plan> {
    const { design, generation: to } = this.#below(this.#toUndo());
    const { planning } = this.#world;
    const from = this.generation();
    const { hash: _hash, ...plan } = planning.plan(design, await planning.observe(from));
    return sealPlan({ ...plan, generation: { from, to } });
  }

  /** Whether a design is what was applied last. */
  isCurrent(design: GatewayDesign): boolean {
    const [current] = this.#world.journal.applied(1);
    return current !== undefined && hashOf(current.design) === hashOf(design);
  }

  /** What a start of the agent has to do before anything else: finish what a stop cut off, or bring back what a start of the box took. */
  pending(): ((asked: Asked) => Promise<void>) | undefined {
    const { journal, boot } = this.#world;
    const newest = journal.newest();
    const unfinished = newest?.state === 'applying' || newest?.state === 'rolling-back' ? newest : undefined;
    if (unfinished === undefined && !boot.isNew) return undefined;
    return async asked => {
      const { outcome } = await (unfinished === undefined ? this.restore(asked) : this.recover(unfinished, asked));
      if (outcome === 'applied' || outcome === 'rolled-back') await boot.remember();
    };
  }

  /** Completes unfinished work, or else undoes it; raises an alarm when neither works. */
  async recover(entry: Entry, asked: Asked): Promise<ApplyResult> {
    const result = await this.#recover(entry, asked);
    if (result.outcome === 'failed')
      this.#world.watchers.tell({ type: 'alarm', code: 'GW_RECOVERY_FAILED', message: result.message }, asked.asker);
    return result;
  }

  /**
   * Brings the complete generation back, which a start of the box took away; raises an alarm when it cannot. Written down as an
   * attempt that is taken back, so that it is nothing to which anybody could roll back later.
   */
  async restore(asked: Asked): Promise<ApplyResult> {
    const { journal, planning, watchers, now } = this.#world;
    const [current] = journal.applied(1);
    if (current === undefined) return this.nothingToDo();
    const { design, generation } = current;
    const plan = planning.plan(design, await planning.observe(generation, asked.signal));
    if (plan.steps.length === 0) return this.nothingToDo();
    const entry: Open = { id: (journal.newest()?.id ?? 0) + 1, generation: generation + 1, design, rounds: 1 };
    journal.write({ type: 'open', entry: entry.id, generation: entry.generation, design, plan, atMs: now() });
    const result = await this.#undo(entry, 'the box was started anew; ', asked);
    if (result.outcome === 'failed')
      watchers.tell({ type: 'alarm', code: 'GW_RESTORE_FAILED', message: result.message }, asked.asker);
    return result;
  }

  async #recover(entry: Entry, asked: Asked): Promise<ApplyResult> {
    if (entry.state === 'rolling-back') return this.#undo(entry, 'resumed after a stop of the agent; ', asked);
    const ending = await this.#goOn(entry, asked);
    if (ending.outcome === 'complete') {
      const message = `resumed after a stop of the agent; generation ${entry.generation} is complete`;
      return this.#close(entry, 'applied', message, asked);
    }
    if (ending.outcome === 'cancelled') return this.#close(entry, 'cancelled', `${ending.message}; plan again`, asked);
    return this.#undo({ ...entry, rounds: ending.rounds }, `could not be resumed: ${ending.message}; `, asked);
  }

  #goOn(entry: Open, asked: Asked, plan?: Plan): Promise<Ending> {
    const { id, rounds, design, generation } = entry;
    const course = { entry: id, rounds, design, generation, from: this.generation(), state: 'applying' as const };
    return this.#converge({ ...course, ...asked, ...(plan === undefined ? {} : { plan }) });
  }

  /** @param why  what led here, put before the message */
  async #undo(entry: Open & Partial<Entry>, why: string, asked: Asked): Promise<ApplyResult> {
    const from = this.generation();
    const target = this.#below(entry as Entry);
    const course = { entry: entry.id, rounds: entry.rounds, from, ...target, state: 'rolling-back' as const };
    const ending = await this.#converge({ ...course, ...asked });
    const back =
      target.generation === 0 ? 'nothing of ours is left' : `generation ${target.generation} is complete again`;
    if (ending.outcome === 'complete') return this.#close(entry, 'rolled-back', `${why}${back}`, asked);
    const message = `${why}going back to generation ${target.generation} broke off: ${ending.message}`;
    return this.#close(entry, ending.outcome, `${message}; plan again or roll back again`, asked);
  }

  /** @throws GatewrightError GW_NO_EARLIER_GENERATION */
  #toUndo(): Entry {
    const entry = entryToUndo(this.#world.journal);
    if (entry !== undefined) return entry;
    throw new GatewrightError('GW_NO_EARLIER_GENERATION', 'nothing was applied yet; there is nothing to go back to');
  }

  #below(entry: Entry): Target {
    const { gateway, backend } = this.#options;
    return targetBelow(entry, this.#world.journal, gateway, backend);
  }

  /** Designs of which something may be real now. */
  #standing(): readonly GatewayDesign[] {
    const { journal } = this.#world;
    return [journal.applied(1)[0], journal.newest()].flatMap(entry => entry?.design ?? []);
  }

  /**
   * Holds no more of the box than what is complete; after a work that broke off nobody knows what that is. Never rejects: others
   * of the box may then find more held than is, which every later work mends.
   */
  async settle(): Promise<void> {
    const { journal, claims, watchers } = this.#world;
    const newest = journal.newest()?.state ?? 'rolled-back';
    if (newest !== 'applied' && newest !== 'rolled-back') return;
    await claims.settle(journal.applied(1)[0]?.design).catch((error: unknown) => {
      const code = isGatewrightError(error) ? error.code : 'GW_BUG';
      watchers.tell({ type: 'alarm', code, message: messageOf(error) });
    });
  }

  /** @throws GatewrightError GW_AGENT_STOPPING when the work broke off because the agent stops */
  async #converge(course: Parameters<typeof converge>[1]): Promise<Ending> {
    const ending = await converge(this.#world, course);
    const { reason } = course.signal;
    if (ending.outcome !== 'complete' && isGatewrightError(reason) && reason.code === 'GW_AGENT_STOPPING') throw reason;
    return ending;
  }

  async #close(entry: Open, outcome: Outcome, message: string, { asker }: Asked): Promise<ApplyResult> {
    const { journal, watchers, now } = this.#world;
    journal.write({ type: 'close', entry: entry.id, state: outcome, message, atMs: now() });
    await this.settle();
    const generation = this.generation();
    watchers.tell({ type: 'apply-ended', generation, outcome, message }, asker);
    return { outcome, generation, message };
  }
}
