// One run of a proxy's process, as the driver sees it: orders go out, a report comes back for each, and when it ends nothing is
// owed any more.
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Host, Listening, StartedProgram } from '../../host/host.ts';
import type { Held } from '../../host/kept-open.ts';
import { GatewrightError } from '../../model/errors.ts';
import { LineCutter, lineOf, readLine } from '../../protocols/json-lines.ts';
import { MOST_BYTES, type Order, Report } from './orders.ts';

const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url));
/** It may become another user and nothing else, and gets no rights back by any program that it might start. */
const NEVER_AGAIN = ['setpriv', '--no-new-privs', '--bounding-set=-all,+setuid,+setgid', '--'] as const;
/** From its start to its first word, and from an order to its report; longer, and it hangs. */
const READY_WITHIN_MS = 30_000;
const REPORT_WITHIN_MS = 10_000;

export interface Place {
  readonly host: Host;
  /** Network namespace it runs in. */
  readonly netns: string;
  /** Path of a unix socket, for us alone. */
  readonly ordersPath: string;
}

/**
 * Starts the process.
 * @param lost  told when it has ended, with why
 * @throws GatewrightError GW_PROXY_AWAY, GW_HOST_*
 */
export async function startSession({ host, netns, ordersPath }: Place, lost: (why: Error) => void): Promise<Session> {
  const connected = Promise.withResolvers<Duplex>();
  const listening = await host.listen(ordersPath, stream => connected.resolve(stream));
  try {
    const inside = ['ip', 'netns', 'exec', netns, ...NEVER_AGAIN] as const;
    const program = await host.start([...inside, process.execPath, PROGRAM, ordersPath]);
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
  readonly #owed: PromiseWithResolvers<Report>[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #stream: Duplex | undefined;
  #gone: Error | undefined;

  constructor(program: StartedProgram, listening: Listening, lost: (why: Error) => void) {
    this.#program = program;
    this.#listening = listening;
    this.#ended = program.ended.then(words => {
      this.#end(words);
      lost(away(words));
    });
    within(READY_WITHIN_MS, this.#ready.promise, () => this.#giveUp('it did not begin'));
  }

  /** Rejects when it ends before it has begun. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** Its connection; only the first counts, as only one process was started. */
  take(stream: Duplex): void {
    if (this.#stream !== undefined || this.#gone !== undefined) {
      stream.destroy();
      return;
    }
    this.#stream = stream;
    const cutter = new LineCutter(MOST_BYTES);
    stream.on('data', (chunk: Buffer) => {
      for (const line of cutter.cut(chunk)) this.#hear(line === undefined ? undefined : readLine(line));
    });
    stream.on('error', () => {}); // followed by close
    stream.once('close', () => this.#program.kill('SIGKILL'));
  }

  /** @throws GatewrightError GW_PROXY_AWAY when it ends before it has reported */
  async give(order: Order): Promise<Report> {
    if (this.#gone !== undefined) throw this.#gone;
    const owed = Promise.withResolvers<Report>();
    this.#owed.push(owed);
    this.#stream?.write(lineOf(order));
    within(REPORT_WITHIN_MS, owed.promise, () => this.#giveUp('it did not answer'));
    return owed.promise;
  }

  async close(): Promise<void> {
    this.#giveUp('it was ended');
    await this.#ended;
    this.#stream?.destroy();
    await this.#listening.close();
  }

  #hear(said: unknown): void {
    const report = Report.safeParse(said);
    if (!report.success) this.#giveUp('it says what no proxy of this version says');
    else if (report.data.is === 'ready') this.#ready.resolve();
    else this.#owed.shift()?.resolve(report.data);
  }

  #giveUp(why: string): void {
    this.#end(why);
    this.#program.kill('SIGKILL');
  }

  #end(why: string): void {
    this.#gone ??= away(why);
    this.#ready.reject(this.#gone);
    for (const owed of this.#owed.splice(0)) owed.reject(this.#gone);
  }
}

/** Calls back when a promise is not settled in time. */
function within(ms: number, promise: Promise<unknown>, late: () => void): void {
  const timer = setTimeout(late, ms);
  const stop = () => clearTimeout(timer);
  promise.then(stop, stop);
}

function away(why: string): GatewrightError {
  return new GatewrightError(
    'GW_PROXY_AWAY',
    `the process of the proxy is away: ${why}; it is started again by itself`,
  );
}
