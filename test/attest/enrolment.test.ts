// Enrolment of the keys of real TPMs, step by step, and every way in which somebody else would like to be enrolled; then the
// secrets that an enrolled machine gets, and those that it does not.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  activate,
  approve,
  type Candidate,
  Enrolment,
  hashOf,
  invite,
  NOT_ENROLLED,
  nameOf,
  type Presented,
  present,
  reject,
  type Step,
} from '../../runtime/attest/enrolment.ts';
import type { Moment } from '../../runtime/attest/moment.ts';
import { MOST_SEALED_BYTES, release, Sealed, unseal } from '../../runtime/attest/sealed.ts';
import { enrolled as newStanding, type Standing } from '../../runtime/attest/standing.ts';
import { openCredential } from './open-credential.ts';
import { openTpm, type TestKey, type TestTpm } from './tpm.ts';

const DAY_MS = 86_400_000;
const at = (ms: number, boot = 'first'): Moment => ({ boot, ms });
const codes = ({ findings }: Step) => findings.map(({ code }) => code);

describe('enrolment', function () {
  this.timeout(120_000); // many programs, one after the other
  let tpm: TestTpm;
  let neighbour: TestTpm;
  let key: TestKey;
  let second: TestKey;
  let foreign: TestKey;
  let candidate: Candidate;
  let replacement: Candidate;
  const token = randomBytes(16);
  const secret = randomBytes(32);

  before(async () => {
    [tpm, neighbour] = [await openTpm(), await openTpm()];
    key = await tpm.makeKey('ak', 'ecc', 'ecdsa', 'sha256');
    second = await tpm.makeKey('second', 'rsa', 'rsassa', 'sha256');
    foreign = await neighbour.makeKey('ak', 'ecc', 'ecdsa', 'sha256');
    [candidate, replacement] = [await candidateOf(tpm, key), await candidateOf(tpm, second)];
  });
  after(async () => {
    await tpm?.close();
    await neighbour?.close();
  });

  async function candidateOf(of: TestTpm, { area }: TestKey): Promise<Candidate> {
    const der = (await of.endorsementCertificate('rsa')).toString('base64');
    const certificate = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`;
    const ek = (await of.endorsementKey('rsa')).toString('hex');
    return { key: area.toString('hex'), endorsement: { key: ek, certificate, chain: [of.authority.issuer] } };
  }

  const presented = (changes: Partial<Presented> = {}): Presented => ({
    ...{ token, candidate, makers: [tpm.authority.root], secret, now: at(1_000), today: new Date(), validMs: DAY_MS },
    ...changes,
  });
  const invited = (of: Enrolment = NOT_ENROLLED) => invite(of, token, 'the administrator', at(0));
  const asked = (of?: Enrolment, changes?: Partial<Presented>) => present(invited(of), presented(changes));
  const opened = (of: Enrolment, found: Uint8Array = secret, ms = 2_000) =>
    activate(of, { secret: found, now: at(ms), withinMs: 10_000 });
  const first = () => opened(asked().enrolment).enrolment;

  it('takes the first key of a machine when its TPM opens the credential, by whoever invited it', async () => {
    const { enrolment, credential, findings } = asked();
    assert.deepEqual(findings, []);
    assert.equal(enrolment.enrolled, undefined);
    const found = await openCredential(tpm, 'rsa', key, credential ?? assert.fail());
    const done = opened(enrolment, found.secret ?? assert.fail(found.output));
    assert.deepEqual(done, {
      findings: [],
      enrolment: { version: 1, enrolled: { ...candidate, approvedBy: 'the administrator' } },
    });
    assert.equal(nameOf(candidate), key.public.name.toString('hex'));
  });

  it('takes no key that is not in the TPM whose certificate comes with it: that TPM does not open the credential', async () => {
    const mixed = { key: foreign.area.toString('hex'), endorsement: candidate.endorsement };
    const { enrolment, credential } = asked(NOT_ENROLLED, { candidate: mixed });
    assert.ok(credential !== undefined);
    for (const [by, with_] of [
      [tpm, key],
      [neighbour, foreign],
    ] as const)
      assert.notEqual((await openCredential(by, 'rsa', with_, credential)).code, 0);
    const guessed = opened(enrolment, randomBytes(32));
    assert.deepEqual([codes(guessed), guessed.enrolment], [['GW_ATTEST_ENROLMENT'], { version: 1 }]);
  });

  it('lets a token be used once, and nobody without it use it up', () => {
    const stranger = present(invited(), presented({ token: randomBytes(16) }));
    assert.deepEqual([codes(stranger), stranger.enrolment], [['GW_ATTEST_ENROLMENT'], invited()]);
    const { enrolment } = asked();
    const again = present(enrolment, presented());
    assert.deepEqual(
      [codes(again), again.enrolment, again.credential],
      [['GW_ATTEST_ENROLMENT'], enrolment, undefined],
    );
  });

  it('uses up the token of a key that is refused, with the reason', async () => {
    const loose = { ...candidate, key: candidate.endorsement.key };
    const { certificate: _certificate, ...bare } = candidate.endorsement;
    const swapped = {
      ...candidate.endorsement,
      certificate: (await candidateOf(neighbour, foreign)).endorsement.certificate,
    };
    for (const [changes, code] of [
      [{ candidate: loose }, 'GW_ATTEST_KEY'],
      [{ candidate: { ...candidate, key: candidate.key.slice(0, -2) } }, 'GW_ATTEST_MALFORMED'],
      [{ candidate: { ...candidate, endorsement: bare } }, 'GW_ATTEST_EK'],
      [{ candidate: { ...candidate, endorsement: swapped } }, 'GW_ATTEST_EK'],
      [{ candidate: { ...candidate, endorsement: { ...bare, key: candidate.key } }, makers: [] }, 'GW_ATTEST_KEY'],
      [{ makers: [neighbour.authority.root] }, 'GW_ATTEST_EK'],
      [{ now: at(DAY_MS + 1) }, 'GW_ATTEST_ENROLMENT'],
      [{ now: at(1_000, 'second') }, 'GW_ATTEST_ENROLMENT'],
    ] as const) {
      const step = asked(NOT_ENROLLED, changes as Partial<Presented>);
      assert.ok(codes(step).includes(code), `${code}: ${JSON.stringify(step.findings)}`);
      assert.deepEqual([step.enrolment, step.credential], [{ version: 1 }, undefined]);
    }
  });

  it('gives one attempt to open a credential, in time', () => {
    const { enrolment } = asked();
    const wrong = opened(enrolment, randomBytes(32));
    assert.deepEqual(
      [codes(wrong), codes(opened(wrong.enrolment))],
      [['GW_ATTEST_ENROLMENT'], ['GW_ATTEST_ENROLMENT']],
    );
    const late = opened(enrolment, secret, 11_001);
    assert.deepEqual([codes(late), late.enrolment], [['GW_ATTEST_ENROLMENT'], { version: 1 }]);
  });

  it('lets another key wait for approval, while the one before it counts', () => {
    const waiting = opened(asked(first(), { candidate: replacement }).enrolment).enrolment;
    assert.deepEqual([waiting.enrolled?.key, waiting.pending], [candidate.key, replacement]);
    const unseen = approve(waiting, nameOf(candidate), 'the security officer');
    assert.deepEqual(
      [codes(unseen), unseen.enrolment],
      [['GW_ATTEST_ENROLMENT'], waiting],
      'approves what it names only',
    );
    const approved = approve(waiting, nameOf(replacement), 'the security officer').enrolment;
    assert.deepEqual(approved, { version: 1, enrolled: { ...replacement, approvedBy: 'the security officer' } });
    assert.deepEqual(codes(approve(approved, nameOf(replacement), 'anybody')), ['GW_ATTEST_ENROLMENT']);
    assert.deepEqual(reject(waiting), first());
  });

  it('needs no approval for the key that is enrolled already', () => {
    const again = opened(asked(first()).enrolment);
    assert.deepEqual([again.findings, again.enrolment], [[], first()]);
  });

  it('makes an invitation void what was presented before it, and keeps neither token nor secret', () => {
    const { enrolment } = asked();
    const anew = invite(enrolment, randomBytes(16), 'the administrator', at(3_000));
    assert.equal(anew.challenge, undefined);
    const kept = JSON.stringify([invited(), enrolment]);
    for (const each of [token, secret]) {
      assert.equal(kept.includes(each.toString('hex')), false);
      assert.ok(kept.includes(hashOf(each)));
    }
    assert.deepEqual(Enrolment.parse(JSON.parse(JSON.stringify(enrolment))), enrolment);
    assert.throws(() => invite(NOT_ENROLLED, randomBytes(15), 'anybody', at(0)), RangeError);
  });

  describe('then a secret', () => {
    const password = Buffer.from('mqtt pässword of cell 7, which is longer than any digest of a TPM');
    const trusted = (): Standing => ({
      ...newStanding(key.public.name.toString('hex')),
      proven: { verdict: 'trusted', at: at(0) },
    });
    const released = (standing = trusted(), ms = 1_000, enrolment = first()) =>
      release({ enrolment, standing, now: at(ms), freshnessMs: 60_000, name: 'mqtt', secret: password });

    it('is released to a trusted machine, and its TPM alone opens it, with the enrolled key alone', async () => {
      const sealed = Sealed.parse(JSON.parse(JSON.stringify(released())));
      const credentials = sealed.parts.map(part => ({
        ...{ idObject: Buffer.from(part.idObject, 'hex'), encryptedSecret: Buffer.from(part.encryptedSecret, 'hex') },
      }));
      const contents: Buffer[] = [];
      for (const credential of credentials) {
        const found = await openCredential(tpm, 'rsa', key, credential);
        contents.push(found.secret ?? assert.fail(found.output));
      }
      assert.ok(contents.length > 2);
      assert.deepEqual(unseal(sealed, contents), password);
      const [credential = assert.fail()] = credentials;
      assert.notEqual((await openCredential(tpm, 'rsa', second, credential)).code, 0);
      assert.notEqual((await openCredential(neighbour, 'rsa', foreign, credential)).code, 0);
      assert.throws(() => unseal({ ...sealed, name: 'other' }, contents), /not one of the secret/);
      assert.throws(() => unseal(sealed, contents.toReversed()), /part 1 is not one/);
      assert.throws(() => unseal(sealed, contents.slice(1)), /part 1 is not one/);
      assert.throws(() => unseal(sealed, contents.slice(0, -1)), /1 parts are missing/);
      assert.equal(JSON.stringify(sealed).includes(password.toString('hex').slice(0, 32)), false);
    });

    it('may be empty, or as long as a private key, and no longer', () => {
      const sealed = (bytes: number) =>
        release({
          enrolment: first(),
          standing: trusted(),
          now: at(1),
          freshnessMs: 9,
          name: 'm',
          secret: Buffer.alloc(bytes),
        });
      assert.deepEqual([sealed(0).parts.length, sealed(24).parts.length, sealed(25).parts.length], [1, 1, 2]);
      assert.equal(sealed(MOST_SEALED_BYTES).parts.length, 128);
      assert.throws(() => sealed(MOST_SEALED_BYTES + 1), { code: 'GW_ATTEST_WITHHELD' });
    });

    it('is sealed anew each time', () => {
      const [one, other] = [released(), released()].map(({ parts }) => parts);
      for (const [index, part] of (one ?? []).entries()) assert.notEqual(part.idObject, other?.[index]?.idObject);
    });

    it('is withheld from whoever is not trusted now, or proved itself with another key', () => {
      const withheld = (...what: Parameters<typeof released>) =>
        assert.throws(
          () => released(...what),
          (error: Error & { code?: string }) =>
            error.code === 'GW_ATTEST_WITHHELD' && !error.message.includes('pässword'),
        );
      withheld(newStanding(nameOf(candidate)));
      withheld({ ...trusted(), proven: { verdict: 'mismatch', at: at(0) } });
      withheld(trusted(), 60_001);
      withheld({ ...trusted(), key: nameOf(replacement) });
      withheld(trusted(), 1_000, NOT_ENROLLED);
      withheld(trusted(), 1_000, asked().enrolment);
    });
  });
});
