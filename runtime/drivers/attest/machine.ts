// One machine that is asked again and again, and how it stands meanwhile. What fails changes nothing but what is told: a machine that
// falls silent stands as before until its proof is too old.
import { type Attester, openAttester } from '../../attest/attester/attester.ts';
import type { Finding } from '../../attest/finding.ts';
import { ageMs } from '../../attest/moment.ts';
import { type Standing, type State, stateOf } from '../../attest/standing.ts';
import type { MachineName } from '../../model/attestation.ts';
import { isGatewrightError, messageOf } from '../../model/errors.ts';
import type { TpmTransport } from '../../model/tpm.ts';
import { type Answered, askMachine, type Question, type RoundWorld } from './round.ts';

export interface MachineWorld extends RoundWorld {
  readonly name: MachineName;
  readonly open: () => Promise<TpmTransport>;
  /** What is asked now; undefined = nothing. */
  readonly question: () => Promise<Question & { readonly intervalMs: number }>;
  /** After each round, whatever came of it. */
  readonly told: () => void;
  /** What is to be done with a machine that was just trusted. */
  readonly trusted: (attester: Attester, answered: Answered) => Promise<void>;
}

/** What can be said of a machine without asking it. */
export interface Look {
  readonly state: State;
  /** Milliseconds since it was proven; infinite when it was not, or nobody knows. */
  readonly age: number;
  readonly findings: readonly Finding[];
  readonly proven?: { readonly at: number; readonly record: number };
}

/** After a round that failed, it is asked again so soon: it may be starting. */
const RETRY_MS = 3_000;

export class Machine {
  readonly #world: MachineWorld;
  readonly #closed = new AbortController();
  #standing: Standing | undefined;
  #findings: readonly Finding[] = [];
  #proven: Look['proven'];
  #round: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(world: MachineWorld) {
    this.#world = world;
  }

  /** Reads how it stood, and begins to ask. */
  async start(): Promise<void> {
    this.#standing = await this.#world.records.standing();
    const number = (await this.#world.records.history.numbers()).at(-1);
    if (number !== undefined && this.#standing?.proven !== undefined) await this.#remember(number);
    this.#schedule(0);
  }

  /** @param freshnessMs  how long a proof counts */
  look(freshnessMs: number): Look {
    const now = this.#world.now();
    const standing = this.#standing;
    const state = standing === undefined ? 'never' : stateOf(standing, now, freshnessMs);
    const age = standing?.proven === undefined ? Number.POSITIVE_INFINITY : ageMs(standing.proven.at, now);
    return { state, age, findings: this.#findings, ...(this.#proven === undefined ? {} : { proven: this.#proven }) };
  }

  /**
   * Asks now, after whatever is under way.
   * @param learnBy  who trusts what runs now
   * @throws GatewrightError when nothing can be said of it
   */
  ask(learnBy?: string): Promise<Answered> {
    return this.#queue(() => this.#ask(learnBy));
  }

  /** Does something with its TPM, after whatever is under way. */
  with<T>(work: (attester: Attester) => Promise<T>): Promise<T> {
    return this.#queue(async () => {
      const attester = await openAttester(await this.#world.open());
      try {
        return await work(attester);
      } finally {
        await attester.close();
      }
    });
  }

  /** Its standing was changed by somebody else than a round. */
  async reload(): Promise<void> {
    this.#standing = await this.#world.records.standing();
    this.#schedule(0);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    await this.#round.catch(() => undefined); // told to whoever asked
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#round.catch(() => undefined).then(work);
    this.#round = next;
    return next;
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#tick(), ms);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    let intervalMs = RETRY_MS;
    try {
      const question = await this.#world.question();
      intervalMs = question.intervalMs;
      await this.ask();
    } catch {
      intervalMs = Math.min(intervalMs, RETRY_MS); // what failed is in the findings
    }
    this.#schedule(intervalMs);
  }

  async #ask(learnBy: string | undefined): Promise<Answered> {
    try {
      const answered = await this.#answered(learnBy);
      this.#standing = answered.judged.standing;
      this.#findings = answered.judged.verdict.findings;
      if (answered.record !== undefined && answered.judged.verdict.verdict !== 'unusable')
        this.#proven = { at: this.#world.today().getTime(), record: answered.record };
      return answered;
    } catch (error) {
      this.#findings = [findingOf(error)];
      throw error;
    } finally {
      if (!this.#closed.signal.aborted) this.#world.told();
    }
  }

  async #answered(learnBy: string | undefined): Promise<Answered> {
    const question = await this.#world.question();
    const attester = await openAttester(await this.#world.open());
    try {
      const answered = await askMachine(this.#world, attester, { ...question, learnBy });
      if (answered.judged.verdict.verdict === 'trusted') await this.#world.trusted(attester, answered);
      return answered;
    } finally {
      await attester.close();
    }
  }

  /** The last proof is that of the last record that was usable; its time is told as it was written. */
  async #remember(number: number): Promise<void> {
    const kept = await this.#world.records.history.read(number);
    const at = kept === undefined ? Number.NaN : Date.parse(/"at":"([^"]+)"/.exec(kept.text)?.[1] ?? '');
    if (!Number.isNaN(at)) this.#proven = { at, record: number };
  }
}

function findingOf(error: unknown): Finding {
  const code = isGatewrightError(error) ? error.code : 'GW_BUG';
  return { code, message: `${messageOf(error)}.` };
}
