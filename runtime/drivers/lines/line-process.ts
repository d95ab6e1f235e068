// The process of lines, kept running as long as the gateway has lines. What the files say wins: whenever it has started, every
// line is put back from them.
import { KeptOpen, type OpenHeld } from '../../host/kept-open.ts';
import { OpenGates } from '../../host/open-gates.ts';
import type { Store } from '../../host/resource-files.ts';
import { Shared } from '../../host/shared.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../../model/errors.ts';
import { SPECS } from '../../model/kind.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import type { HeardTraffic } from '../../model/line-figures.ts';
import type { Look } from './orders.ts';
import { type FrameEars, type OrderWords, type Session, type SessionWorld, startSession } from './session.ts';

/** Pauses before it is started again. */
const PAUSES = { againMs: 100, againMostMs: 5_000 };
/** How long a change waits for a process that is being started. */
const UP_WITHIN_MS = 30_000;
/** A process that does not say for so long what its lines are hangs. */
const LOOK_WITHIN_MS = 10_000;

/** What is seen of all lines: by address, or why nothing is. */
export type Seen = ReadonlyMap<Address<'line'>, Look> | { readonly why: string };

export class LineProcess {
  readonly #world: SessionWorld;
  readonly #store: Store<'line'>;
  readonly #listeners = new Set<HeardTraffic>();
  /** Why a line could not be opened again after a start. */
  readonly #failures = new Map<Address<'line'>, string>();
  /** Until when gates are open, for a process that is started meanwhile. */
  readonly #open = new OpenGates();
  #kept: KeptOpen<Session> | undefined;
  #why = 'it was not started yet';
  /** Resolves when the process before has given everything back. */
  #stopped: Promise<void> = Promise.resolve();
  #stopTraffic: () => void = () => {};

  constructor(world: SessionWorld, store: Store<'line'>) {
    this.#world = world;
    this.#store = store;
  }

  /** Starts it when there are lines. */
  async open(): Promise<void> {
    if ((await this.#store.list()).length > 0) this.#start();
  }

  /** @throws GatewrightError GW_LINE_PROCESS, GW_LINE_RULE, and what the protocol says */
  async put(address: Address<'line'>, spec: LineSpec, was?: Address<'line'>): Promise<void> {
    await this.#change({ do: 'put', address, spec, ...(was === undefined ? {} : { was }) });
    this.#failures.delete(address);
  }

  /** @param last  it was the only one: the process is not needed any more */
  async drop(address: Address<'line'>, last: boolean): Promise<void> {
    this.#failures.delete(address);
    if (this.#kept === undefined) return;
    if (last) await this.#stop();
    else await this.#change({ do: 'drop', address });
  }

  /** @throws GatewrightError GW_LINE_PROCESS; what was asked is done when the process is there again */
  async openGate(gate: Address<'gate'>, forMs: number): Promise<void> {
    this.#open.set(gate, forMs);
    await this.#kept?.held?.give({ do: 'gate', gate, forMs: Math.floor(forMs) });
  }

  async ask(address: Address<'line'>, request: Uint8Array): Promise<Uint8Array> {
    const order = { do: 'ask', address, request: Buffer.from(request).toString('base64') } as const;
    const report = await this.#now(address).give(order);
    return Buffer.from(report.is === 'answered' ? report.answer : '', 'base64');
  }

  async tap(address: Address<'line'>, ears: FrameEars): Promise<() => void> {
    return this.#now(address).tap(address, ears);
  }

  /** Goes on when the process was started again. @returns how to stop */
  traffic(heard: HeardTraffic): () => void {
    const own: HeardTraffic = tick => heard(tick);
    this.#listeners.add(own);
    const session = this.#kept?.held;
    if (this.#listeners.size === 1 && session !== undefined) this.#watch(session);
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#stopTraffic();
    };
  }

  /** Never rejects. */
  async look(): Promise<Seen> {
    const session = this.#kept?.held;
    if (session === undefined) return { why: this.#why };
    try {
      const report = await session.give({ do: 'look' }, LOOK_WITHIN_MS);
      return new Map(report.is === 'seen' ? report.lines.map(line => [line.address, line] as const) : []);
    } catch (error) {
      return { why: messageOf(error) };
    }
  }

  /** Why a line is not open in a process that runs. */
  failure(address: Address<'line'>): string {
    return this.#failures.get(address) ?? 'it is not open';
  }

  close(): Promise<void> {
    return this.#stop();
  }

  #start(): KeptOpen<Session> {
    const stopped = this.#stopped;
    const open: OpenHeld<Session> = async lost => {
      await stopped; // the one before has its socket
      const session = await startSession(this.#world, lost);
      try {
        await this.#restore(session);
        return session;
      } catch (error) {
        await session.close();
        throw error;
      }
    };
    this.#kept ??= new KeptOpen(open, PAUSES, {
      opened: session => this.#opened(session),
      lost: why => this.#lost(why),
      failed: why => this.#lost(why),
    });
    this.#kept.start();
    return this.#kept;
  }

  async #stop(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    this.#stopped = kept?.close() ?? this.#stopped;
    await this.#stopped;
  }

  /** Once more when the process ends meanwhile: whatever it was that ended it, it may not have been this. */
  async #change(order: OrderWords): Promise<void> {
    const before = await this.#up();
    try {
      await before.give(order);
    } catch (error) {
      if (!isAway(error)) throw error;
      await (await this.#up()).give(order);
    }
  }

  #opened(session: Session): void {
    if (this.#listeners.size > 0) this.#watch(session);
  }

  #lost(why: unknown): void {
    this.#why = messageOf(why);
  }

  #watch(session: Session): void {
    const stopping = session.traffic(tick => {
      for (const listener of [...this.#listeners]) listener(tick);
    });
    this.#stopTraffic = () => void stopping.then(stop => stop()).catch(() => {}); // a process that is gone tells nothing
    stopping.catch(() => {});
  }

  /** Opens what the files say. One that cannot be opened is seen as half made; nothing else suffers. */
  async #restore(session: Session): Promise<void> {
    this.#failures.clear();
    for (const [gate, ms] of this.#open.all()) await session.give({ do: 'gate', gate, forMs: Math.floor(ms) });
    for (const { address, spec } of await this.#store.list()) {
      const whole = SPECS.line.safeParse(spec);
      if (!whole.success) continue;
      try {
        await session.give({ do: 'put', address, spec: whole.data });
      } catch (error) {
        if (isAway(error)) throw error;
        this.#failures.set(address, messageOf(error));
      }
    }
  }

  /** @throws GatewrightError GW_ADDRESS_UNKNOWN when nothing runs, GW_LINE_PROCESS while it is started again */
  #now(address: Address<'line'>): Session {
    const session = this.#kept?.held;
    if (session !== undefined) return session;
    if (this.#kept === undefined)
      throw new GatewrightError('GW_ADDRESS_UNKNOWN', `there is no bus ${address} now; apply it first`, { address });
    throw new GatewrightError('GW_LINE_PROCESS', this.#why);
  }

  /** The process, once it runs. @throws GatewrightError GW_LINE_PROCESS */
  async #up(): Promise<Session> {
    const session = await this.#start().whenOpen(UP_WITHIN_MS);
    if (session === undefined) throw new GatewrightError('GW_LINE_PROCESS', this.#why);
    return session;
  }
}

function isAway(error: unknown): boolean {
  return isGatewrightError(error) && error.code === 'GW_LINE_PROCESS';
}

export const sharedLineProcesses = new Shared<LineProcess>();
