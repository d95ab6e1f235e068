// One emulated PC as its owner sees it: cards and lines as callbacks, and an end that always comes. Whatever happens in its
// thread, this process goes on.
import { Worker } from 'node:worker_threads';
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import { ControlLine } from '../control-line.ts';
import type { Pc, PcEnds } from '../hypervisor.ts';
import type { FromMachine, MachineBoot, OurPort, ToMachine } from './machine-thread.ts';

const LINES = { console: 0, control: 2 } as const satisfies Record<string, OurPort>;

export class Machine implements Pc {
  readonly control = new ControlLine(bytes => this.#tell({ do: 'serial', port: LINES.control, bytes }));
  readonly #thread: Worker;
  readonly #ends: PcEnds;
  readonly #expected = new Map<FromMachine['is'], PromiseWithResolvers<FromMachine>[]>();
  #outgoing: Uint8Array[] = [];
  #why: string | undefined;
  #running = false;

  /** Switches a PC on. */
  constructor(boot: MachineBoot, ends: PcEnds) {
    this.#ends = ends;
    this.#thread = new Worker(new URL('./machine-thread.ts', import.meta.url), {
      workerData: boot,
      // WHY: what fills the memory of its thread ends that thread, in most ways of doing so, and not the process.
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    this.#thread.on('message', (message: FromMachine) => this.#hear(message));
    this.#thread.on('error', error => this.#end(messageOf(error)));
    this.#thread.on('exit', () => this.#end('its thread ended'));
  }

  get running(): boolean {
    return this.#running && this.#why === undefined;
  }

  get ended(): boolean {
    return this.#why !== undefined;
  }

  /** Resolves when the PC computes. @throws GatewrightError GW_HOST_UNEXPECTED when its thread failed */
  async started(): Promise<void> {
    if (!this.#running) await this.#expect('started');
  }

  /** It has one card, so the number of the card does not matter. */
  receive(frame: Uint8Array): void {
    this.#outgoing.push(frame.slice());
    if (this.#outgoing.length > 1) return;
    queueMicrotask(() => {
      const frames = this.#outgoing;
      this.#outgoing = [];
      this.#tell({ do: 'frames', frames });
    });
  }

  type(bytes: Uint8Array): void {
    this.#tell({ do: 'serial', port: LINES.console, bytes });
  }

  async pause(): Promise<void> {
    await this.#ask('pause', 'paused');
    this.#running = false;
  }

  async resume(): Promise<void> {
    await this.#ask('resume', 'resumed');
    this.#running = true;
  }

  /** The PC as it is now, compressed. @throws GatewrightError GW_HOST_UNEXPECTED when its thread failed */
  async save(): Promise<Uint8Array> {
    const answer = await this.#ask('save', 'saved');
    if (answer.is !== 'saved') throw new Error('another answer than the one waited for');
    return answer.snapshot;
  }

  async end(): Promise<void> {
    this.#end('it was switched off');
    await this.#thread.terminate();
  }

  #ask(what: 'pause' | 'resume' | 'save', answer: FromMachine['is']): Promise<FromMachine> {
    const expected = this.#expect(answer);
    this.#tell({ do: what });
    return expected;
  }

  #expect(is: FromMachine['is']): Promise<FromMachine> {
    if (this.#why !== undefined) return Promise.reject(gone(this.#why));
    const given = Promise.withResolvers<FromMachine>();
    this.#expected.set(is, [...(this.#expected.get(is) ?? []), given]);
    return given.promise;
  }

  #tell(message: ToMachine): void {
    if (this.#why === undefined) this.#thread.postMessage(message);
  }

  #hear(message: FromMachine): void {
    if (this.#why !== undefined) return;
    if (message.is === 'frames') for (const frame of message.frames) this.#ends.frame?.(frame, 0);
    else if (message.is === 'serial') this.#hearLine(message.port, message.bytes);
    else {
      if (message.is === 'started') this.#running = true;
      for (const { resolve } of this.#expected.get(message.is) ?? []) resolve(message);
      this.#expected.delete(message.is);
    }
  }

  #hearLine(port: OurPort, bytes: Uint8Array): void {
    if (port === LINES.control) this.control.hear(bytes);
    else this.#ends.console?.(bytes);
  }

  #end(why: string): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    for (const { reject } of [...this.#expected.values()].flat()) reject(gone(why));
    this.#expected.clear();
    this.control.cut(why);
    this.#ends.ended?.(why);
  }
}

function gone(why: string): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `the emulated PC is gone (${why}); apply again`);
}
