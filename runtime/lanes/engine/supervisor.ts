// Keeps lanes going: where their thread ends by itself, another one takes over the plan and goes on at the tails of the rings.
// That one stands ready: to start a thread takes longer than a line may stand still.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Answer, Order, ThreadPlan } from './plan.ts';

/** A thread that lived for less is not started again at once. */
const SHORT_LIFE_MS = 1000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;
/** A thread that was told to stop and has not by then is ended where it stands. */
const STOPS_WITHIN_MS = 3000;

/** A thread, and the port that its orders go to. */
interface Crew {
  readonly thread: Worker;
  readonly orders: MessagePort;
}

interface Pending {
  readonly plan: ThreadPlan;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Supervisor {
  readonly #bell: Doorbell;
  #accepted: ThreadPlan;
  #pending: Pending | undefined;
  #crew: Crew | undefined;
  #spare: Crew | undefined;
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

  /** Ends the thread, which closes its ports before; one that stands still is ended all the same. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#pause);
    await this.#spare?.thread.terminate();
    const thread = this.#crew?.thread;
    if (thread === undefined) return;
    const ended = new Promise<void>(resolve => thread.once('exit', () => resolve()));
    this.#order({ do: 'stop' });
    const impatience = setTimeout(() => void thread.terminate(), STOPS_WITHIN_MS);
    await ended;
    clearTimeout(impatience);
  }

  #order(order: Order): void {
    this.#crew?.orders.postMessage(order);
    this.#bell.call();
  }

  #start(plan: ThreadPlan): void {
    const crew = this.#spare ?? hire();
    this.#spare = undefined;
    this.#crew = crew;
    const { thread, orders } = crew;
    const begun = performance.now();
    thread.ref();
    thread.on('message', (answer: Answer) => this.#heard(answer));
    thread.on('error', error => {
      this.#lastWords = error instanceof Error ? error.message : String(error);
    });
    thread.once('exit', () => {
      orders.close();
      this.#ended(performance.now() - begun);
    });
    thread.postMessage(plan);
  }

  /** Keeps a thread ready. One that ends before it is needed is not missed: then the next one is started when it is. */
  #prepare(): void {
    if (this.#spare !== undefined || this.#closing) return;
    const spare = hire();
    this.#spare = spare;
    spare.thread.unref();
    spare.thread.on('error', () => {});
    spare.thread.once('exit', () => {
      if (this.#spare === spare) this.#spare = undefined;
    });
  }

  #heard(answer: Answer): void {
    if (answer.said === 'deployed') this.#prepare();
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
    this.#crew = undefined;
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

/** Starts a thread that waits to be told what to run. */
function hire(): Crew {
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL('./lane-thread.ts', import.meta.url), {
    workerData: { orders: port2 },
    transferList: [port2],
  });
  return { thread, orders: port1 };
}
