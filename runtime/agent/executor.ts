// Runs the steps of a plan, several at once where the plan allows. Knows neither journal nor socket: it tells both
// through one observer. Does not decide what happens after a failure.
import { messageOf } from '../model/errors.ts';
import type { Plan, Step } from '../model/plan.ts';
import { Walk } from '../plan/dag.ts';

export interface ExecutorWorld {
  /** Carries out one step; rejects when it failed. */
  readonly perform: (step: Step) => Promise<void>;
  /** Told before a step starts. When it throws, the step does not start. */
  readonly started: (step: Step) => void;
  readonly done: (step: Step, done: number) => void;
  readonly failed: (step: Step, error: unknown) => void;
  /** Steps at once. */
  readonly parallel: number;
  /** Aborted: nothing more is started, what runs is awaited. */
  readonly signal: AbortSignal;
}

export type RunEnd =
  | { readonly outcome: 'done'; readonly done: number }
  | { readonly outcome: 'cancelled'; readonly done: number }
  | { readonly outcome: 'failed'; readonly done: number; readonly step: Step; readonly message: string };

/**
 * Runs a plan to its end: all done, or the first failure or cancel after which nothing more is started and all that ran
 * has ended. Never leaves a step running behind.
 * @throws whatever the observer throws, after all that ran has ended
 */
export function runPlan(plan: Plan, world: ExecutorWorld): Promise<RunEnd> {
  return new PlanRun(plan, world).run();
}

class PlanRun {
  readonly #world: ExecutorWorld;
  readonly #steps: ReadonlyMap<string, Step>;
  readonly #walk: Walk;
  readonly #running = new Set<Promise<void>>();
  readonly #queue: string[] = [];
  #done = 0;
  #failure: { readonly step: Step; readonly message: string } | undefined;
  /** An error of the observer: the journal cannot be written. */
  #broken: { readonly error: unknown } | undefined;

  constructor(plan: Plan, world: ExecutorWorld) {
    this.#world = world;
    this.#steps = new Map(plan.steps.map(step => [step.id, step]));
    this.#walk = new Walk(new Map(plan.steps.map(step => [step.id, step.needs])));
  }

  async run(): Promise<RunEnd> {
    this.#launch();
    while (this.#running.size > 0) {
      await Promise.race(this.#running);
      this.#launch();
    }
    if (this.#broken !== undefined) throw this.#broken.error;
    return this.#end();
  }

  #end(): RunEnd {
    const done = this.#done;
    // A step that was told to stop fails for that reason only; the user asked for it.
    if (this.#world.signal.aborted && done < this.#steps.size) return { outcome: 'cancelled', done };
    if (this.#failure !== undefined) return { outcome: 'failed', done, ...this.#failure };
    return { outcome: 'done', done };
  }

  #launch(): void {
    this.#queue.push(...this.#walk.ready());
    while (this.#queue.length > 0 && this.#running.size < this.#world.parallel && this.#mayStart()) {
      const step = this.#steps.get(this.#queue.shift() ?? '');
      if (step === undefined) continue;
      const run = this.#perform(step).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  #mayStart(): boolean {
    return !this.#world.signal.aborted && this.#failure === undefined && this.#broken === undefined;
  }

  /** Never rejects. */
  async #perform(step: Step): Promise<void> {
    try {
      this.#world.started(step);
    } catch (error) {
      this.#broken ??= { error };
      return;
    }
    try {
      await this.#world.perform(step);
    } catch (error) {
      this.#failure ??= { step, message: messageOf(error) };
      this.#tell(() => this.#world.failed(step, error));
      return;
    }
    this.#done += 1;
    this.#tell(() => this.#world.done(step, this.#done));
    this.#walk.done(step.id);
  }

  #tell(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#broken ??= { error };
    }
  }
}
