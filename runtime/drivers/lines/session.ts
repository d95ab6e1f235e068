// One run of the process of lines, as the driver sees it: orders go out, reports come back, and when it ends, so does all that
// was owed.
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Host, Listening, StartedProgram } from '../../host/host.ts';
import type { Held } from '../../host/kept-open.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { HeardTraffic, TrafficTick } from '../../model/line-figures.ts';
import type { HeardFrames, LineFrame } from '../../model/line-frame.ts';
import { MessageStream } from './message-stream.ts';
import { type Order, Report } from './orders.ts';

const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url));
/** From its start to its first word. */
const READY_WITHIN_MS = 30_000;
/** Of its last words, in characters: the start of a stack is enough. */
const MOST_WORDS = 500;
/** How long it may take to give everything back. */
const CLOSE_WITHIN_MS = 3_000;

export interface SessionWorld {
  readonly host: Host;
  /** Path of a unix socket, for us alone. */
  readonly ordersPath: string;
  /** Where the drivers of the gateway meet. */
  readonly stateDirectory: string;
  readonly gateway: string;
}

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;
export type OrderWords = WithoutId<Order>;
export interface FrameEars {
  readonly heard: HeardFrames;
  readonly ended: () => void;
}

/**
 * Starts the process.
 * @param lost  told when it has ended, with why
 * @throws GatewrightError GW_LINE_PROCESS, GW_HOST_*
 */
export async function startSession(world: SessionWorld, lost: (why: Error) => void): Promise<Session> {
  const { host, ordersPath, stateDirectory, gateway } = world;
  const connected = Promise.withResolvers<Duplex>();
  const listening = await host.listen(ordersPath, stream => connected.resolve(stream));
  try {
    const program = await host.start([process.execPath, PROGRAM, ordersPath, stateDirectory, gateway]);
    const session = new Session(program, listening, lost);
    void connected.promise.then(stream => session.take(stream));
    await session.ready;
    return session;
  } catch (error) {
    await listening.close();
    throw error;
  }
}

export class Session implements Held {
  readonly #program: StartedProgram;
  readonly #listening: Listening;
  readonly #owed = new Map<number, PromiseWithResolvers<Report>>();
  readonly #taps = new Map<number, FrameEars>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #stream: MessageStream<Report, Order> | undefined;
  #traffic: HeardTraffic = () => {};
  #lastId = 0;
  #gone: Error | undefined;

  constructor(program: StartedProgram, listening: Listening, lost: (why: Error) => void) {
    this.#program = program;
    this.#listening = listening;
    this.#ended = program.ended.then(words => {
      const why = away(wordsOf(words));
      this.#end(why);
      lost(why);
    });
    const timer = setTimeout(() => this.#giveUp('it did not begin'), READY_WITHIN_MS);
    const stop = () => clearTimeout(timer);
    this.#ready.promise.then(stop, stop);
  }

  /** Rejects when it ends before it has begun. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Its connection; only the first counts, as only one process was started. */
  take(stream: Duplex): void {
    if (this.#stream !== undefined || this.#gone !== undefined) {
      stream.destroy();
      return;
    }
    this.#stream = new MessageStream(
      stream,
      Report,
      report => this.#hear(report),
      why => this.#awaitEnd(why),
    );
  }

  /**
   * @param withinMs  after which the process is taken for hung, and ended
   * @throws GatewrightError GW_LINE_PROCESS when it ends before it has reported, else what it reports
   */
  async give(order: OrderWords, withinMs?: number): Promise<Report> {
    return this.#give(++this.#lastId, order, withinMs);
  }

  /** Listens to a line. @returns how to stop @throws as {@link give} */
  async tap(address: Address<'line'>, ears: FrameEars): Promise<() => void> {
    const id = ++this.#lastId;
    this.#taps.set(id, ears);
    try {
      await this.#give(id, { do: 'tap', address });
    } catch (error) {
      this.#taps.delete(id);
      throw error;
    }
    return () => {
      if (this.#taps.delete(id)) this.#stream?.tell({ do: 'stop', id });
    };
  }

  /** Looks at all lines. @returns how to stop @throws as {@link give} */
  async traffic(heard: HeardTraffic): Promise<() => void> {
    const id = ++this.#lastId;
    this.#traffic = heard;
    await this.#give(id, { do: 'traffic' });
    return () => this.#stream?.tell({ do: 'stop', id });
  }

  async close(): Promise<void> {
    this.#end(away('it was ended'));
    if (this.#stream === undefined) this.#program.kill('SIGKILL');
    else this.#stream.end();
    const kill = setTimeout(() => this.#program.kill('SIGKILL'), CLOSE_WITHIN_MS);
    await this.#ended;
    clearTimeout(kill);
    this.#stream?.destroy();
    await this.#listening.close();
  }

  async #give(id: number, order: OrderWords, withinMs?: number): Promise<Report> {
    if (this.#gone !== undefined) throw this.#gone;
    const owed = Promise.withResolvers<Report>();
    this.#owed.set(id, owed);
    const hung = withinMs === undefined ? undefined : setTimeout(() => this.#lookAgain(id), withinMs);
    this.#stream?.tell({ ...order, id } as Order);
    try {
      return await owed.promise;
    } finally {
      clearTimeout(hung);
    }
  }

  /** WHY not at once: it may be us who did nothing for so long, and the report is there to be read. */
  #lookAgain(id: number): void {
    setImmediate(() => {
      if (this.#owed.has(id)) this.#giveUp('it did not answer');
    });
  }

  #hear(report: Report): void {
    if (report.is === 'ready') this.#ready.resolve();
    else if (report.is === 'tick') this.#traffic(report.tick as TrafficTick);
    else if (report.is === 'frames') this.#taps.get(report.id)?.heard(report.frames as LineFrame[], report.lost);
    else if (report.is === 'ended') this.#endTap(report.id);
    else this.#settle(report);
  }

  #settle(report: Report & { readonly id: number }): void {
    const owed = this.#owed.get(report.id);
    this.#owed.delete(report.id);
    if (report.is === 'failed') owed?.reject(new GatewrightError(report.code, report.message));
    else owed?.resolve(report);
  }

  #endTap(id: number): void {
    const tap = this.#taps.get(id);
    this.#taps.delete(id);
    tap?.ended();
  }

  /** WHY not at once: a process that ends closes its connection first, and then says why. */
  #awaitEnd(why: string): void {
    const timer = setTimeout(() => this.#giveUp(why), CLOSE_WITHIN_MS);
    void this.#ended.then(() => clearTimeout(timer));
  }

  #giveUp(why: string): void {
    this.#end(away(why));
    this.#program.kill('SIGKILL');
  }

  /** All that is owed is owed no more. */
  #end(why: Error): void {
    this.#gone ??= why;
    this.#ready.reject(why);
    for (const owed of this.#owed.values()) owed.reject(why);
    this.#owed.clear();
    for (const id of [...this.#taps.keys()]) this.#endTap(id);
  }
}

/** Last words in one line, of it and not of where its program is. */
function wordsOf(ended: string): string {
  return ended.replace(process.execPath, 'it').replaceAll(/\s+/g, ' ').slice(0, MOST_WORDS);
}

function away(why: string): GatewrightError {
  const message = `the process of the buses is away: ${why}; it is started again by itself, try again`;
  return new GatewrightError('GW_LINE_PROCESS', message);
}
