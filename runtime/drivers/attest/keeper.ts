// All machines of one gateway that its gates ask about, and how those gates stand.

import type { Attester } from '../../attest/attester/attester.ts';
import { bindingFindings, bindingNonce } from '../../attest/binding.ts';
import { nameOf } from '../../attest/enrolment.ts';
import type { Moment } from '../../attest/moment.ts';
import type { AttestationStore } from '../../host/attestation-store.ts';
import { type Address, formatAddress, type Name } from '../../model/address.ts';
import type { GateStanding, MachineName } from '../../model/attestation.ts';
import { QUOTED_PCRS } from '../../model/boot-component.ts';
import { GatewrightError } from '../../model/errors.ts';
import { judgedBy } from '../../model/gate-rules.ts';
import { type GateSpec, machineOf } from '../../model/kinds/gate.ts';
import type { Secrets } from '../../model/secrets.ts';
import type { TpmTransport } from '../../model/tpm.ts';
import { type Boots, foretells } from './boots.ts';
import { commonRules } from './common-rules.ts';
import type { EnrolWorld } from './enrolling.ts';
import { Machine } from './machine.ts';
import { Records } from './records.ts';
import { Releases } from './releases.ts';
import type { Answered, Question } from './round.ts';

export interface KeeperWorld {
  readonly gateway: Name;
  readonly store: AttestationStore;
  readonly boots: Boots;
  readonly secrets: Secrets;
  readonly open: (machine: MachineName, signal: AbortSignal) => Promise<TpmTransport>;
  /** Certificates of makers of TPMs that are trusted for a machine, PEM; empty = none is asked for. */
  readonly makers: (machine: MachineName) => Promise<readonly string[]>;
  readonly now: () => Moment;
  readonly today: () => Date;
}

export interface Gate {
  readonly address: Address<'gate'>;
  readonly spec: GateSpec;
}

/** The clock of the box has hundredths of a second. */
const CLOCK_TICK_MS = 20;

export class Keeper {
  readonly #world: KeeperWorld;
  readonly #machines = new Map<MachineName, Machine>();
  readonly #listeners = new Set<(standings: readonly GateStanding[]) => void>();
  #gates: readonly Gate[] = [];
  #expiry: NodeJS.Timeout | undefined;
  readonly #releases: Releases;

  constructor(world: KeeperWorld) {
    this.#world = world;
    this.#releases = new Releases(world.secrets, world.now);
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

  /** The TPM of a machine has gone, as was planned; also of one that no gate asks about any more. */
  async forget(name: MachineName): Promise<void> {
    await (this.#machines.get(name)?.forget() ?? this.records(name).forgetKey());
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

  /** Foretells what is drawn of a machine once more: an upgrade of the box may make another image of the same parts. */
  async foretellAnew(name: MachineName): Promise<void> {
    for (const { address, spec } of this.#gatesOf(name)) await this.#world.boots.draw(address, spec);
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

  /** What enrolling a machine needs. */
  enrolWorld(name: MachineName): EnrolWorld {
    const { now, today } = this.#world;
    return {
      ...{ now, today, records: this.records(name) },
      makers: () => this.#world.makers(name),
      others: async () => {
        const names = (await this.#world.store.list()).filter(other => other !== name) as MachineName[];
        return Promise.all(names.map(async other => [other, await this.records(other).enrolment()] as const));
      },
    };
  }

  async #open(name: MachineName): Promise<void> {
    const machine = new Machine({
      ...this.enrolWorld(name),
      ...{ name, ownMachine: name !== 'host' },
      open: signal => this.#world.open(name, signal),
      question: () => this.#question(name),
      intervalMs: () => Math.min(...this.#gatesOf(name).map(({ spec }) => spec.intervalSeconds), 86_400) * 1000,
      told: () => this.#tell(),
      trusted: (attester, answered) => this.#trusted(name, attester, answered),
    });
    this.#machines.set(name, machine);
    await machine.start();
  }

  /** What all gates on a machine ask together: it is trusted when it satisfies every one of them. */
  async #question(name: MachineName): Promise<Question> {
    const gates = this.#gatesOf(name);
    const foretelling = gates.filter(({ spec }) => foretells(spec));
    const boots = common(await Promise.all(foretelling.map(({ address }) => this.#world.boots.allowed(address))));
    if (foretelling.length > 0 && boots.length === 0)
      throw new GatewrightError(
        'GW_ATTEST_UNKNOWN',
        `no boot of ${name} is foretold; deploy and apply its gates again`,
      );
    const pcrs = [...new Set(gates.flatMap(({ spec }) => judgedBy(spec)))].sort((one, other) => one - other);
    return {
      demands: { pcrs, secureBoot: gates.some(({ spec }) => spec.secureBoot), boots, rules: commonRules(gates) },
      learnFirst: gates.length > 0 && gates.every(({ spec }) => spec.learn === 'first-boot'),
    };
  }

  async #trusted(name: MachineName, attester: Attester, { claim, judged }: Answered): Promise<void> {
    const gates = this.#gatesOf(name);
    for (const { address, spec } of gates) if (foretells(spec)) await this.#world.boots.proven(address, claim);
    if (name === 'host') return;
    await this.#bind(name, attester);
    const names = [...new Set(gates.flatMap(({ spec }) => spec.releases))].sort();
    const released = { machine: name, records: this.records(name), standing: judged.standing, names };
    await this.#releases.give(attester, released);
  }

  /** Has the box vouch for the TPM of a VM, once, as soon as it can. */
  async #bind(name: MachineName, attester: Attester): Promise<void> {
    const host = this.#machines.get('host');
    const records = this.records(name);
    if (host === undefined || (await this.records('host').enrolment()).enrolled === undefined) return;
    const { certificate } = (await attester.candidate()).endorsement;
    if (certificate === undefined || (await this.isBound(name, certificate))) return;
    const nonce = bindingNonce(this.#vmOf(name), certificate);
    await host.with(async box => records.keep('binding', await box.claim(nonce, QUOTED_PCRS))).catch(() => undefined);
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
    // That a proof gets too old takes no answer, and is a change all the same.
    const ends = standings.filter(({ state }) => state === 'trusted').map(({ openMs }) => openMs);
    if (ends.length === 0 || this.#listeners.size === 0) return;
    this.#expiry = setTimeout(() => this.#tell(), Math.min(...ends, 2 ** 30) + CLOCK_TICK_MS);
    this.#expiry.unref();
  }
}

/** Boots that every gate allows. */
function common<T extends { readonly image: { readonly digests: object } }>(
  lists: readonly (readonly T[])[],
): readonly T[] {
  const [first = [], ...others] = lists;
  const idOf = ({ image }: T) => JSON.stringify(image.digests);
  return first.filter(boot => others.every(list => list.some(other => idOf(other) === idOf(boot))));
}
