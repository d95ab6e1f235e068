// Keeps a thread of lanes alive: one that ends by itself is started again with the plan it had, and goes on at the tails of
// its rings.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Answer, Order, ThreadPlan } from './plan.ts';

/** A thread that lived for less is not started again at once. */
const SHORT_LIFE_MS = 1000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;

interface Pending {
  readonly plan: ThreadPlan;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Supervisor {
  readonly #bell: Doorbell;
  #accepted: ThreadPlan;
  #pending: Pending | undefined;
  #thread: Worker | undefined;
  #orders: MessagePort | undefined;
  #pause: NodeJS.Timeout | undefined;
  #quick = 0;
  #crashes = 0;
  #lastWords = '';
  #closing = false;

  /** Starts a thread. @param plan  accepted before */
  constructor(plan: ThreadPlan, bell: Doorbell) {
    this.#accepted = plan;
    this.#bell = bell;
    this.#start(plan);
  }

  /** How often the thread has ended by itself. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Why it ended last. */
  get lastWords(): string {
    return this.#lastWords;
  }

  /** Has the thread go over to a plan, one at a time. @throws Error when it refuses */
  deploy(plan: ThreadPlan): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending = { plan, resolve, reject };
      this.#order({ do: 'deploy', plan });
    });
  }

  /** Ends the thread, which closes its ports before. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#pause);
    const thread = this.#thread;
    if (thread === undefined) return;
    const ended = new Promise<void>(resolve => thread.once('exit', () => resolve()));
    this.#order({ do: 'stop' });
    await ended;
  }

  #order(order: Order): void {
    this.#orders?.postMessage(order);
    this.#bell.call();
  }

  #start(plan: ThreadPlan): void {
    const { port1, port2 } = new MessageChannel();
    const born = performance.now();
    const thread = new Worker(new URL('./lane-thread.ts', import.meta.url), {
      workerData: { plan, orders: port2 },
      transferList: [port2],
    });
    this.#thread = thread;
    this.#orders = port1;
    thread.on('message', (answer: Answer) => this.#heard(answer));
    thread.on('error', error => {
      this.#lastWords = error instanceof Error ? error.message : String(error);
    });
    thread.once('exit', () => {
      port1.close();
      this.#ended(performance.now() - born);
    });
  }

  #heard(answer: Answer): void {
    const pending = this.#pending;
    if (answer.said === 'stopped' || pending?.plan.generation !== answer.generation) return;
    this.#pending = undefined;
    if (answer.said === 'refused')
      pending.reject(new Error(`the lanes could not go over to what was deployed: ${answer.why}`));
    else {
      this.#accepted = pending.plan;
      pending.resolve();
    }
  }

  #ended(livedMs: number): void {
    this.#thread = undefined;
    this.#orders = undefined;
    if (this.#closing) return;
    this.#crashes += 1;
    this.#quick = livedMs < SHORT_LIFE_MS ? this.#quick + 1 : 0;
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(new Error(`the lanes ended while they went over to what was deployed: ${this.#lastWords}`));
    // The first time at once: a link that stands still is noticed.
    const pause = this.#quick < 2 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#quick - 2), LONGEST_PAUSE_MS);
    // WHY the waiting one: what does not start any more is to be replaced by what may.
    this.#pause = setTimeout(() => this.#start(this.#pending?.plan ?? this.#accepted), pause);
  }
}
