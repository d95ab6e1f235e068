// Secrets for machines that were just trusted: sealed to the TPM of the machine, and given over its own channel only.
import { createHash } from 'node:crypto';
import type { Attester } from '../../attest/attester/attester.ts';
import { giveSecret } from '../../attest/attester/give-secret.ts';
import type { Moment } from '../../attest/moment.ts';
import { release } from '../../attest/sealed.ts';
import type { Standing } from '../../attest/standing.ts';
import type { MachineName } from '../../model/attestation.ts';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import type { Records } from './records.ts';

export interface Released {
  readonly machine: MachineName;
  readonly records: Records;
  /** After the answer that was just trusted. */
  readonly standing: Standing;
  /** Of the secrets, sorted. */
  readonly names: readonly string[];
}

export class Releases {
  readonly #secrets: Secrets;
  readonly #now: () => Moment;
  /** What each machine has got since it started, as a hash. */
  readonly #given = new Map<MachineName, string>();

  constructor(secrets: Secrets, now: () => Moment) {
    this.#secrets = secrets;
    this.#now = now;
  }

  /**
   * Gives a machine its secrets, once in each of its starts and again when one has changed.
   * @throws GatewrightError GW_LINK_SECRET, GW_ATTEST_WITHHELD, GW_ATTEST_TPM; none has anything of a secret
   */
  async give(attester: Attester, { machine, records, standing, names }: Released): Promise<void> {
    if (names.length === 0) return;
    const secrets: [string, Buffer][] = [];
    for (const name of names) secrets.push([name, Buffer.from((await fetchSecret(this.#secrets, name)) ?? '')]);
    const hash = createHash('sha256').update(`${standing.counters?.resetCount}`);
    for (const [name, secret] of secrets) hash.update(`\0${name}\0${secret.length}\0`).update(secret);
    const given = hash.digest('hex');
    if (this.#given.get(machine) === given) return;
    const enrolment = await records.enrolment();
    for (const [name, secret] of secrets) {
      // It was trusted for what it answered a moment ago, whatever freshness its gates ask for.
      const proof = { enrolment, standing, now: this.#now(), freshnessMs: Number.POSITIVE_INFINITY };
      await giveSecret(attester, release({ ...proof, name, secret }));
    }
    this.#given.set(machine, given);
  }
}
