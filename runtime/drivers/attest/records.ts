// What is kept of one machine, read strictly: who it is, how it stands, what it may run.
import { Enrolment, NOT_ENROLLED } from '../../attest/enrolment.ts';
import { type Learned, parseLearned } from '../../attest/gate-policy.ts';
import { Claim, enrolled, Standing } from '../../attest/standing.ts';
import type { AttestedMachine, KeptText } from '../../host/attestation-store.ts';
import { GatewrightError } from '../../model/errors.ts';

type Shape<T> = { safeParse(value: unknown): { readonly success: boolean; readonly data?: T } };

export class Records {
  readonly #kept: AttestedMachine;
  readonly #name: string;

  constructor(name: string, kept: AttestedMachine) {
    this.#name = name;
    this.#kept = kept;
  }

  get history(): AttestedMachine['history'] {
    return this.#kept.history;
  }

  /** @throws GatewrightError GW_HOST_IO, GW_HOST_UNEXPECTED for a file that was changed, as everything here */
  async enrolment(): Promise<Enrolment> {
    return (await this.#read(this.#kept.enrolment, 'enrolment', Enrolment)) ?? NOT_ENROLLED;
  }

  standing(): Promise<Standing | undefined> {
    return this.#read(this.#kept.standing, 'standing', Standing);
  }

  async learned(): Promise<Learned | undefined> {
    const value = await this.#json(this.#kept.learned, 'learned');
    return value === undefined ? undefined : parseLearned(value);
  }

  /** That the box vouches for its TPM. */
  binding(): Promise<Claim | undefined> {
    return this.#read(this.#kept.binding, 'binding', Claim);
  }

  keep(what: 'enrolment' | 'standing' | 'learned' | 'binding', value: object): Promise<void> {
    return this.#kept[what].write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** No key is enrolled and nothing is proven from now on; what may run stays. */
  async forgetKey(): Promise<void> {
    if ((await this.#kept.enrolment.read()) === undefined) return;
    await this.keep('enrolment', NOT_ENROLLED);
    await this.keep('standing', enrolled(''));
  }

  async #read<T>(kept: KeptText, what: string, shape: Shape<T>): Promise<T | undefined> {
    const value = await this.#json(kept, what);
    if (value === undefined) return undefined;
    const { success, data } = shape.safeParse(value);
    if (!success) throw this.#changed(what);
    return data;
  }

  async #json(kept: KeptText, what: string): Promise<unknown> {
    const text = await kept.read();
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw this.#changed(what);
    }
  }

  #changed(what: string): GatewrightError {
    const fact = `what is kept of ${this.#name} (${what}.json) is not what was written there`;
    return new GatewrightError(
      'GW_HOST_UNEXPECTED',
      `${fact}; bring it back, or remove it and enrol the machine again`,
    );
  }
}
