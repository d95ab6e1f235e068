// All machines of one gateway that its gates ask about, and how those gates stand.

import type { Attester } from '../../attest/attester/attester.ts';
import { giveSecret } from '../../attest/attester/give-secret.ts';
import { bindingFindings, bindingNonce } from '../../attest/binding.ts';
import { nameOf } from '../../attest/enrolment.ts';
import { QUOTED_PCRS } from '../../attest/gate-policy.ts';
import type { Moment } from '../../attest/moment.ts';
import { release } from '../../attest/sealed.ts';
import type { AttestationStore } from '../../host/attestation-store.ts';
import { type Address, formatAddress, type Name } from '../../model/address.ts';
import type { GateStanding, MachineName } from '../../model/attestation.ts';
import type { GateSpec } from '../../model/kinds/gate.ts';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import type { TpmTransport } from '../../model/tpm.ts';
import type { Boots } from './boots.ts';
import { Machine } from './machine.ts';
import { Records } from './records.ts';
import type { Answered, Question } from './round.ts';

export interface KeeperWorld {
  readonly gateway: Name;
  readonly store: AttestationStore;
  readonly boots: Boots;
  readonly secrets: Secrets;
  readonly open: (machine: MachineName) => Promise<TpmTransport>;
  readonly makers: () => Promise<readonly string[]>;
  readonly now: () => Moment;
  readonly today: () => Date;
}

export interface Gate {
  readonly address: Address<'gate'>;
  readonly spec: GateSpec;
}

export class Keeper {
  readonly #world: KeeperWorld;
  readonly #machines = new Map<MachineName, Machine>();
  readonly #listeners = new Set<(standings: readonly GateStanding[]) => void>();
  #gates: readonly Gate[] = [];
  #expiry: NodeJS.Timeout | undefined;
  /** Releases that a machine got, by what it booted: each once. */
  readonly #released = new Map<MachineName, string>();

  constructor(world: KeeperWorld) {
    this.#world = world;
  }

  /** Which gates there are from now on. */
  async set(gates: readonly Gate[]): Promise<void> {
    this.#gates = gates;
    const wanted = new Set(gates.map(({ spec }) => machineOf(spec)));
    for (const [name, machine] of this.#machines)
      if (!wanted.has(name)) {
        this.#machines.delete(name);
        await machine.close();
      }
    for (const name of wanted) if (!this.#machines.has(name)) await this.#open(name);
    this.#tell();
  }

  /** A machine that some gate asks about. */
  machine(name: MachineName): Machine | undefined {
    return this.#machines.get(name);
  }

  records(name: MachineName): Records {
    return new Records(name, this.#world.store.of(name));
  }

  /** Calls back at once, and at every change and every proof. */
  listen(heard: (standings: readonly GateStanding[]) => void): () => void {
    this.#listeners.add(heard);
    heard(this.standings());
    return () => this.#listeners.delete(heard);
  }

  standings(): readonly GateStanding[] {
    return this.#gates.map(({ address, spec }) => {
      const machine = machineOf(spec);
      const freshnessMs = spec.freshnessSeconds * 1000;
      const look = this.#machines.get(machine)?.look(freshnessMs);
      const state = look?.state ?? 'never';
      const openMs = state === 'trusted' ? Math.max(0, Math.floor(freshnessMs - (look?.age ?? freshnessMs))) : 0;
      const findings = (look?.findings ?? []).slice(0, 100).map(finding => ({ ...finding }));
      return {
        gate: address,
        machine,
        state,
        openMs,
        findings,
        ...(look?.proven === undefined ? {} : { proven: look.proven }),
      };
    });
  }

  /** Whether the box vouches for the TPM of a VM. */
  async isBound(name: MachineName, certificate: string): Promise<boolean> {
    const [claim, host] = [await this.records(name).binding(), (await this.records('host').enrolment()).enrolled];
    if (claim === undefined || host === undefined || name === 'host') return false;
    return bindingFindings(claim, this.#vmOf(name), certificate, nameOf(host)).length === 0;
  }

  async close(): Promise<void> {
    clearTimeout(this.#expiry);
    this.#listeners.clear();
    await Promise.all([...this.#machines.values()].map(machine => machine.close()));
  }

  async #open(name: MachineName): Promise<void> {
    const { now, today, makers } = this.#world;
    const machine = new Machine({
      ...{ name, now, today, records: this.records(name), ownMachine: name !== 'host' },
      // The maker of the box's own TPM is whoever the token was given to trust; those of VMs are made by the box.
      makers: name === 'host' ? async () => [] : makers,
      open: () => this.#world.open(name),
      question: () => this.#question(name),
      told: () => this.#tell(),
      trusted: (attester, answered) => this.#trusted(name, attester, answered),
    });
    this.#machines.set(name, machine);
    await machine.start();
  }

  /** What all gates on a machine ask together: it is trusted when it satisfies every one of them. */
  async #question(name: MachineName): Promise<Question & { readonly intervalMs: number }> {
    const gates = this.#gatesOf(name);
    const allowed = await Promise.all(
      gates.filter(({ spec }) => spec.foretold).map(({ address }) => this.#world.boots.allowed(address)),
    );
    const pcrs = [...new Set(gates.flatMap(({ spec }) => spec.pcrs))].sort((one, other) => one - other);
    return {
      demands: { pcrs, secureBoot: gates.some(({ spec }) => spec.secureBoot), boots: common(allowed) },
      learnFirst: gates.length > 0 && gates.every(({ spec }) => spec.learn === 'first-boot'),
      intervalMs: Math.min(...gates.map(({ spec }) => spec.intervalSeconds * 1000)),
    };
  }

  async #trusted(name: MachineName, attester: Attester, answered: Answered): Promise<void> {
    for (const { address, spec } of this.#gatesOf(name))
      if (spec.foretold) await this.#world.boots.proven(address, answered.claim);
    if (name === 'host') return;
    await this.#bind(name, attester);
    await this.#release(name, attester, answered);
  }

  /** Has the box vouch for the TPM of a VM, once, as soon as it can. */
  async #bind(name: MachineName, attester: Attester): Promise<void> {
    const host = this.#machines.get('host');
    const records = this.records(name);
    const enrolled = (await this.records('host').enrolment()).enrolled;
    if (host === undefined || enrolled === undefined) return;
    const { certificate } = (await attester.candidate()).endorsement;
    if (certificate === undefined || (await this.isBound(name, certificate))) return;
    const nonce = bindingNonce(this.#vmOf(name), certificate);
    await host.with(async box => records.keep('binding', await box.claim(nonce, QUOTED_PCRS))).catch(() => undefined);
  }

  /** Gives a VM its secrets, once in each of its starts. */
  async #release(name: MachineName, attester: Attester, { judged: { standing } }: Answered): Promise<void> {
    const names = [...new Set(this.#gatesOf(name).flatMap(({ spec }) => spec.releases))].sort();
    const start = `${standing.counters?.resetCount} ${names.join(' ')}`;
    if (names.length === 0 || this.#released.get(name) === start) return;
    const enrolment = await this.records(name).enrolment();
    for (const secretName of names) {
      const secret = await fetchSecret(this.#world.secrets, secretName);
      if (secret === undefined) continue;
      const proof = { enrolment, standing, now: this.#world.now(), freshnessMs: Number.POSITIVE_INFINITY };
      await giveSecret(attester, release({ ...proof, name: secretName, secret: Buffer.from(secret) }));
    }
    this.#released.set(name, start);
  }

  #gatesOf(name: MachineName): readonly Gate[] {
    return this.#gates.filter(({ spec }) => machineOf(spec) === name);
  }

  #vmOf(name: MachineName): Address<'vm'> {
    return formatAddress('vm', this.#world.gateway, name.slice('vm.'.length));
  }

  #tell(): void {
    const standings = this.standings();
    for (const heard of this.#listeners) heard(standings);
    clearTimeout(this.#expiry);
    // Setting it takes no proof, and its end is a change.
    const ends = standings.filter(({ openMs }) => openMs > 0).map(({ openMs }) => openMs);
    if (ends.length === 0 || this.#listeners.size === 0) return;
    this.#expiry = setTimeout(() => this.#tell(), Math.min(...ends, 2 ** 30) + 1);
    this.#expiry.unref();
  }
}

export function machineOf({ subject }: GateSpec): MachineName {
  return subject.of === 'host' ? 'host' : `vm.${subject.vm.slice(subject.vm.indexOf('/') + 1)}`;
}

/** Boots that every gate allows. */
function common<T extends { readonly image: { readonly digests: object } }>(
  lists: readonly (readonly T[])[],
): readonly T[] {
  const [first = [], ...others] = lists;
  const idOf = ({ image }: T) => JSON.stringify(image.digests);
  return first.filter(boot => others.every(list => list.some(other => idOf(other) === idOf(boot))));
}
