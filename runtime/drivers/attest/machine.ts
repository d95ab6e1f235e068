// One machine that is asked again and again, and how it stands meanwhile. What fails changes nothing but what is told: a machine that
// falls silent stands as before until its proof is too old.
import { type Attester, openAttester } from '../../attest/attester/attester.ts';
import { ageMs } from '../../attest/moment.ts';
import { type Standing, type State, stateOf } from '../../attest/standing.ts';
import type { MachineName, TrustFinding } from '../../model/attestation.ts';
import { isGatewrightError, messageOf } from '../../model/errors.ts';
import type { TpmTransport } from '../../model/tpm.ts';
import { lastProof, type Proof } from './last-proof.ts';
import { type Answered, askMachine, type Question, type RoundWorld } from './round.ts';

export interface MachineWorld extends RoundWorld {
  readonly name: MachineName;
  /** @param signal  when it is aborted, whatever is under way ends */
  readonly open: (signal: AbortSignal) => Promise<TpmTransport>;
  /** What is asked now. */
  readonly question: () => Promise<Question>;
  /** How often. */
  readonly intervalMs: () => number;
  /** After each proof, and whenever there is something else to be told of it. */
  readonly told: () => void;
  /** What is to be done with a machine that was just trusted. */
  readonly trusted: (attester: Attester, answered: Answered) => Promise<void>;
}

/** What can be said of a machine without asking it. */
export interface Look {
  readonly state: State;
  /** Milliseconds since it was proven; infinite when it was not, or nobody knows. */
  readonly age: number;
  readonly findings: readonly TrustFinding[];
  readonly proven?: Proof;
}

/** After a round that failed, it is asked again so soon, as it may be starting; and ever later while it goes on failing. */
const RETRY_MS = { first: 3_000, most: 15_000 } as const;
/** A round with all that follows from it takes no longer, however slowly the machine answers. */
const ROUND_WITHIN_MS = 300_000;

export class Machine {
  readonly #world: MachineWorld;
  #closed = false;
  #standing: Standing | undefined;
  /** Of the last verdict. */
  #findings: readonly TrustFinding[] = [];
  /** Why the last round did not come to its end. */
  #trouble: readonly TrustFinding[] = [];
  #proven: Proof | undefined;
  #round: Promise<unknown> = Promise.resolve();
  #current: AbortController | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(world: MachineWorld) {
    this.#world = world;
  }

  /** Reads how it stood, and begins to ask. What cannot be read is a finding, and proves nothing. */
  async start(): Promise<void> {
    try {
      this.#standing = await this.#world.records.standing();
      const last = this.#standing?.proven === undefined ? undefined : await lastProof(this.#world.records.history);
      this.#proven = last?.proof;
      this.#findings = last?.findings ?? [];
    } catch (error) {
      this.#trouble = [findingOf(error)];
    }
    this.#schedule(0);
  }

  /** @param freshnessMs  how long a proof counts */
  look(freshnessMs: number): Look {
    const now = this.#world.now();
    const standing = this.#standing;
    const state = standing === undefined ? 'never' : stateOf(standing, now, freshnessMs);
    const age = standing?.proven === undefined ? Number.POSITIVE_INFINITY : ageMs(standing.proven.at, now);
    const findings = [...this.#findings, ...this.#trouble];
    return { state, age, findings, ...(this.#proven === undefined ? {} : { proven: this.#proven }) };
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
    return this.#queue(() => this.#attested(work));
  }

  /** Its TPM is another one from now on, as was planned: no key is enrolled and nothing is proven. */
  async forget(): Promise<void> {
    // What is under way asks the TPM that has gone, and may wait long for an answer.
    this.#current?.abort();
    await this.#queue(() => this.#world.records.forgetKey());
    await this.reload();
  }

  /** Its standing was changed by somebody else than a round. */
  async reload(): Promise<void> {
    this.#standing = await this.#world.records.standing();
    this.#world.told();
    this.#schedule(0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#current?.abort();
    await this.#round.catch(() => undefined); // told to whoever asked
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#round.catch(() => undefined).then(work);
    this.#round = next;
    return next;
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#tick(), ms);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    try {
      await this.ask();
      this.#failures = 0;
    } catch {
      this.#failures += 1; // what failed is in the findings
    }
    const retryMs = Math.min(RETRY_MS.first * this.#failures, RETRY_MS.most);
    const intervalMs = this.#world.intervalMs();
    this.#schedule(this.#failures === 0 ? intervalMs : Math.min(retryMs, intervalMs));
  }

  async #ask(learnBy: string | undefined): Promise<Answered> {
    try {
      const question = await this.#world.question();
      const answered = await this.#attested(attester => this.#judged(attester, { ...question, learnBy }));
      this.#say([]);
      return answered;
    } catch (error) {
      this.#say([findingOf(error)]);
      throw error;
    }
  }

  async #judged(attester: Attester, question: Question): Promise<Answered> {
    const answered = await askMachine(this.#world, attester, question);
    this.#take(answered);
    // It counts already; what follows from it may take a while, or fail.
    if (answered.judged.verdict.verdict === 'trusted') await this.#world.trusted(attester, answered);
    return answered;
  }

  #take({ judged: { standing, verdict }, record }: Answered): void {
    this.#standing = standing;
    if (record !== undefined && verdict.verdict !== 'unusable')
      this.#proven = { at: this.#world.today().getTime(), record };
    this.#findings = verdict.findings;
    if (!this.#closed) this.#world.told();
  }

  /** Says a trouble once, however often it comes. */
  #say(trouble: readonly TrustFinding[]): void {
    const isNew = JSON.stringify(trouble) !== JSON.stringify(this.#trouble);
    this.#trouble = trouble;
    if (isNew && !this.#closed) this.#world.told();
  }

  async #attested<T>(work: (attester: Attester) => Promise<T>): Promise<T> {
    const current = new AbortController();
    this.#current = current;
    if (this.#closed) current.abort();
    const signal = AbortSignal.any([current.signal, AbortSignal.timeout(ROUND_WITHIN_MS)]);
    const attester = await openAttester(await this.#world.open(signal));
    try {
      return await work(attester);
    } finally {
      await attester.close();
    }
  }
}

function findingOf(error: unknown): TrustFinding {
  const code = isGatewrightError(error) ? error.code : 'GW_BUG';
  return { code, message: `${messageOf(error)}.` };
}
