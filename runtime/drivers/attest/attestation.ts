// What people may ask of whoever attests: how machines stand, and the decisions that are theirs.

import { X509Certificate } from 'node:crypto';
import { approve as approveKey, nameOf } from '../../attest/enrolment.ts';
import { type Kept, parseRecord } from '../../attest/history.ts';
import type { Attestation, MachineName, TrustedMachine } from '../../model/attestation.ts';
import { GatewrightError } from '../../model/errors.ts';
import { enrolMachine, forgetOther, inviteMachine } from './enrolling.ts';
import type { Keeper } from './keeper.ts';
import type { Machine } from './machine.ts';

/** Of one answer: each record has all of its evidence. */
const [MOST_RECORDS, MOST_BYTES] = [1000, 24 * 1024 * 1024];

export interface DeskWorld {
  readonly keeper: Keeper;
  /** Machines of which anything is kept, and those that gates ask about. */
  readonly machines: () => Promise<readonly MachineName[]>;
}

export function attestationDesk({ keeper, machines }: DeskWorld): Attestation {
  return {
    async status() {
      const names = await machines();
      return { machines: await Promise.all(names.map(name => lookAt(keeper, name))), gates: [...keeper.standings()] };
    },
    invite: async (name, by) => (await inviteMachine(keeper.enrolWorld(name), by)).toString('hex'),
    async enrol(name, token) {
      if (!/^[0-9a-f]{64}$/.test(token))
        throw new GatewrightError('GW_ATTEST_ENROLMENT', 'this is no token; give the one that the invitation gave');
      const machine = known(keeper, name);
      await machine.with(attester => enrolMachine(keeper.enrolWorld(name), attester, Buffer.from(token, 'hex')));
      await machine.reload();
    },
    async approve(name, key, by) {
      const world = keeper.enrolWorld(name);
      const { enrolment, findings } = approveKey(await world.records.enrolment(), key, by);
      if (findings[0] !== undefined) throw new GatewrightError(findings[0].code, findings[0].message);
      await world.records.keep('enrolment', enrolment);
      await forgetOther(world, enrolment);
      await keeper.machine(name)?.reload();
    },
    async learn(name, by) {
      const machine = known(keeper, name);
      await keeper.foretellAnew(name);
      await machine.ask(by);
    },
    async ask(name) {
      await known(keeper, name).ask();
    },
    history: async (name, most) => readHistory(keeper, name, Math.min(most, MOST_RECORDS)),
  };
}

function known(keeper: Keeper, name: MachineName): Machine {
  const machine = keeper.machine(name);
  if (machine !== undefined) return machine;
  throw new GatewrightError('GW_ATTEST_ENROLMENT', `no gate asks about ${name}; draw one, or name another machine`);
}

/** The newest first. */
async function readHistory(keeper: Keeper, name: MachineName, most: number): Promise<readonly Kept[]> {
  const { history } = keeper.records(name);
  const kept: Kept[] = [];
  let bytes = 0;
  for (const number of (await history.numbers()).slice(-most).reverse()) {
    const record = await history.read(number);
    if (record === undefined) continue; // it was removed meanwhile
    bytes += record.text.length;
    if (kept.length > 0 && bytes > MOST_BYTES) break;
    kept.push(record);
  }
  return kept;
}

async function lookAt(keeper: Keeper, machine: MachineName): Promise<TrustedMachine> {
  const records = keeper.records(machine);
  const { enrolled, pending, invitation } = await records.enrolment();
  const [last] = await readHistory(keeper, machine, 1);
  const certificate = enrolled?.endorsement.certificate;
  return {
    machine,
    ...(enrolled === undefined ? {} : { key: nameOf(enrolled) }),
    ...(pending === undefined ? {} : { pendingKey: nameOf(pending) }),
    invited: invitation !== undefined,
    ...(certificate === undefined
      ? {}
      : {
          endorsement: {
            issuer: new X509Certificate(certificate).issuer,
            boundToHost: await keeper.isBound(machine, certificate),
          },
        }),
    learned: (await records.learned()) !== undefined,
    ...(last === undefined ? {} : { last: summaryOf(last) }),
  };
}

function summaryOf({ number, text }: Kept): NonNullable<TrustedMachine['last']> {
  const { at, verdict, findings } = parseRecord(text);
  return { number, at: Date.parse(at), verdict, findings: findings.slice(0, 100) };
}
