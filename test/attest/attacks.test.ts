// Attacks on attestation, one test each. What the attacker has comes from real TPMs: that of the machine, also after its state
// was put back, and that of a neighbour.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { type EvidenceInput, parseEvidence, parsePolicy } from '../../runtime/attest/evidence.ts';
import type { Moment } from '../../runtime/attest/moment.ts';
import type { PolicyInput } from '../../runtime/attest/policy.ts';
import {
  answer,
  ask,
  type Claim,
  enrolled,
  parseClaim,
  type Standing,
  stateOf,
} from '../../runtime/attest/standing.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import type { Code } from '../../runtime/model/codes.ts';
import { bootOf, digestOf, extensions, logOf, MACHINE } from './boot-log.ts';
import { type Boot, boot, evidenceOf, learned, SELECTION } from './boots.ts';
import { openTpm, type TestKey, type TestTpm } from './tpm.ts';

const MINUTE_MS = 60_000;
const at = (ms: number): Moment => ({ boot: 'first', ms });

/** Evidence proves nothing, and this is among the reasons. */
function assertUnusable(evidence: EvidenceInput, code: Code): void {
  const { verdict, findings } = verify(parseEvidence(evidence));
  const codes = findings.map(finding => finding.code);
  assert.deepEqual([verdict, codes.includes(code)], ['unusable', true], `${verdict}: ${codes.join()}`);
}

describe('attacks on attestation', function () {
  this.timeout(180_000); // many programs, one after the other
  let tpm: TestTpm;
  let neighbour: TestTpm;
  let key: TestKey;
  let other: TestKey;
  let foreign: TestKey;
  let sound: Boot;
  let evil: Boot;
  let policy: PolicyInput;
  before(async () => {
    tpm = await openTpm();
    neighbour = await openTpm();
    key = await tpm.makeKey('ak', 'ecc', 'ecdsa', 'sha256');
    other = await tpm.makeKey('other', 'rsa', 'rsassa', 'sha256');
    foreign = await neighbour.makeKey('ak', 'ecc', 'ecdsa', 'sha256');
    for (const each of [key, other]) await tpm.persist(each);
    await neighbour.persist(foreign);
    sound = await boot(tpm, key, MACHINE);
    policy = learned(sound, key);
    evil = await boot(tpm, key, { ...MACHINE, kernel: 'evil' });
  });
  after(async () => {
    await tpm?.close();
    await neighbour?.close();
  });

  const claimOf = ({ takenAt: _takenAt, ...claim }: Boot): Claim => parseClaim(claim);
  const given = (taken: Boot) => ({ claim: claimOf(taken), policy: parsePolicy(policy), today: new Date() });
  /** The machine was asked for what it tells, and answers in time. */
  const proves = (standing: Standing, taken: Boot, now: Moment) =>
    answer(ask(standing, taken.nonce, now), { ...given(taken), now, withinMs: 1 });
  const enrolledKey = () => enrolled(key.public.name.toString('hex'));

  it('fail without an attack: the evidence that they change is trusted', () => {
    assert.deepEqual(verify(parseEvidence({ ...sound, policy })).findings, []);
    assert.equal(verify(parseEvidence({ ...evil, policy })).verdict, 'mismatch');
  });

  it('by a replayed quote fail: it answers a question that nobody asks any more', () => {
    const trusted = proves(enrolledKey(), sound, at(0)).standing;
    for (const standing of [trusted, ask(trusted, 'ab'.repeat(32), at(1))]) {
      const { verdict } = answer(standing, { ...given(sound), now: at(2), withinMs: MINUTE_MS });
      assert.deepEqual([verdict.verdict, verdict.findings[0]?.code], ['unusable', 'GW_ATTEST_NONCE']);
    }
  });

  it('by a quote that is said to answer another nonce fail', () =>
    assertUnusable({ ...sound, nonce: 'ab'.repeat(32), policy }, 'GW_ATTEST_NONCE'));

  it('by a stale nonce fail: the answer was kept until the machine had changed', () => {
    const late = { ...given(sound), now: at(MINUTE_MS + 1), withinMs: MINUTE_MS };
    const { verdict, standing } = answer(ask(enrolledKey(), sound.nonce, at(0)), late);
    assert.deepEqual([verdict.findings[0]?.code, stateOf(standing, late.now, MINUTE_MS)], ['GW_ATTEST_NONCE', 'never']);
  });

  it('by another PCR selection fail: fewer PCRs, or those of another bank', async () => {
    for (const selection of ['sha256:0,1', SELECTION.replace('sha256', 'sha384')])
      assertUnusable({ ...(await boot(tpm, key, MACHINE, selection)), policy }, 'GW_ATTEST_SELECTION');
  });

  it('by another attestation key of the same TPM fail, with its own name or with that of the enrolled one', async () => {
    const taken = await boot(tpm, other, MACHINE);
    assertUnusable({ ...taken, policy }, 'GW_ATTEST_KEY');
    assertUnusable({ ...taken, key: sound.key, policy }, 'GW_ATTEST_SIGNATURE');
    assertUnusable({ ...sound, key: taken.key, policy }, 'GW_ATTEST_SIGNATURE');
  });

  for (const [what, attributes, missing] of [
    [
      'is not restricted',
      'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth',
      /lacks the attributes restricted\.$/,
    ],
    ['is not fixed to its TPM', 'sign|restricted|sensitivedataorigin|userwithauth', /lacks .*fixedTPM/],
  ] as const)
    it(`by a key that ${what} fail, even when somebody enrolled it`, async () => {
      const loose = await looseKey(attributes);
      const taken = evidenceOf(await tpm.quote(loose, SELECTION, Buffer.alloc(32, 8)), loose, logOf(bootOf(MACHINE)));
      const { verdict, findings } = verify(parseEvidence({ ...taken, policy: learned(taken, loose) }));
      assert.equal(verdict, 'unusable');
      assert.deepEqual(
        findings.map(({ code }) => code),
        ['GW_ATTEST_KEY'],
        'nothing else is wrong with it',
      );
      assert.match(findings[0]?.message ?? '', missing);
    });

  /** A signing key that a TPM makes for anybody, after a boot as it should be. */
  async function looseKey(attributes: string): Promise<TestKey> {
    await tpm.reset();
    await tpm.run('tpm2_pcrextend', ...extensions(bootOf(MACHINE)));
    const [context, file] = [tpm.path('loose.ctx'), tpm.path('loose.tss')];
    const kind = ['-G', 'ecc:ecdsa-sha256:null', '-g', 'sha256', '-a', attributes];
    await tpm.run('tpm2_createprimary', '-Q', '-C', 'o', ...kind, '-c', context);
    await tpm.run('tpm2_flushcontext', '-t');
    await tpm.run('tpm2_readpublic', '-Q', '-c', context, '-f', 'tss', '-o', file);
    await tpm.run('tpm2_flushcontext', '-t');
    const area = readFileSync(file);
    return { name: 'loose', area, public: parseSizedPublic(area), pem: '', hash: 'sha256', scheme: 'ecdsa' };
  }

  it('by a swapped endorsement certificate fail: that of a neighbour, and that of another key of the TPM', async () => {
    const pem = (der: Buffer) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const certified = async (by: TestTpm, kind: 'rsa' | 'ecc') => ({
      ...{
        key: (await tpm.endorsementKey('rsa')).toString('hex'),
        certificate: pem(await by.endorsementCertificate(kind)),
      },
      chain: [by.authority.issuer],
    });
    const makers = [tpm.authority.root, neighbour.authority.root];
    const own = { ...sound, endorsement: await certified(tpm, 'rsa'), policy: { ...policy, makers } };
    assert.deepEqual(verify(parseEvidence(own)).findings, []);
    assertUnusable({ ...own, endorsement: await certified(neighbour, 'rsa') }, 'GW_ATTEST_EK');
    assertUnusable({ ...own, endorsement: await certified(tpm, 'ecc') }, 'GW_ATTEST_EK');
    const { endorsement: _endorsement, ...bare } = own;
    assertUnusable(bare, 'GW_ATTEST_EK');
  });

  for (const part of ['quote', 'signature', 'key'] as const)
    it(`by a truncated or oversized ${part} fail at every length`, () => {
      const hex = sound[part];
      for (let length = 0; length < hex.length; length += 2)
        assertUnusable({ ...sound, [part]: hex.slice(0, length), policy }, 'GW_ATTEST_MALFORMED');
      for (const more of [1, 64, 65_000]) {
        const longer = `${hex}${'00'.repeat(Math.min(more, 65_536 - hex.length / 2))}`;
        assertUnusable({ ...sound, [part]: longer, policy }, 'GW_ATTEST_MALFORMED');
      }
    });

  it('by a buffer that claims to be longer than its structure fail', () => {
    // The size of the nonce stands behind magic, type and the qualified signer.
    for (const place of [6, 6 + 2 + 34]) {
      const bytes = Buffer.from(sound.quote, 'hex');
      bytes.writeUInt16BE(0xffff, place);
      assertUnusable({ ...sound, quote: bytes.toString('hex'), policy }, 'GW_ATTEST_MALFORMED');
    }
  });

  it('by an event log that does not replay fail: of another boot, changed, or cut short', () => {
    const digest = digestOf({ pcr: 4, type: 0, data: Buffer.from('evil') }, 'sha256');
    const changed = Buffer.from(evil.log, 'base64');
    changed[changed.indexOf(digest)] = 0;
    const short = logOf(bootOf(MACHINE).slice(0, -3));
    assertUnusable({ ...evil, log: sound.log, policy }, 'GW_ATTEST_LOG');
    assertUnusable({ ...evil, log: changed.toString('base64'), policy }, 'GW_ATTEST_LOG');
    assertUnusable({ ...sound, log: short.toString('base64'), policy }, 'GW_ATTEST_LOG');
  });

  it('by the PCR values of a good boot with the quote of a bad one fail', () =>
    assertUnusable({ ...evil, pcrs: sound.pcrs, policy }, 'GW_ATTEST_PCRS'));

  it('by a TPM whose state was put back fail: its reset counter went back', async () => {
    const [state, saved] = [tpm.path('state'), tpm.path('saved')];
    await tpm.reset(() => cpSync(state, saved, { recursive: true }));
    await tpm.reset();
    const late = proves(enrolledKey(), await boot(tpm, key, MACHINE), at(0));
    assert.equal(late.verdict.verdict, 'trusted');
    await tpm.reset(() => {
      rmSync(state, { recursive: true });
      cpSync(saved, state, { recursive: true });
    });
    await tpm.run('tpm2_pcrextend', ...extensions(bootOf(MACHINE)));
    const taken = evidenceOf(await tpm.quote(key, SELECTION, Buffer.alloc(32, 6)), key, logOf(bootOf(MACHINE)));
    const { verdict, standing } = proves(late.standing, taken, at(1));
    assert.deepEqual([verdict.verdict, verdict.findings.map(({ code }) => code)], ['unusable', ['GW_ATTEST_COUNTERS']]);
    assert.deepEqual(standing, late.standing, 'what was proven before counts until its freshness ends');
  });

  it('by a PCR 0 of zeros fail, even when the policy names them as golden', async () => {
    await tpm.reset();
    const empty = evidenceOf(await tpm.quote(key, SELECTION, Buffer.alloc(32, 1)), key, logOf([]));
    const golden = Object.entries(empty.pcrs.sha256 ?? {}).map(([pcr, value]) => [pcr, [value]] as const);
    const zeros = { ...policy, golden: Object.fromEntries(golden), events: [] };
    const { verdict, findings } = verify(parseEvidence({ ...empty, policy: zeros }));
    assert.deepEqual(
      [verdict, findings.map(({ message }) => message)],
      ['mismatch', ['The firmware was not measured (PCR 0).']],
    );
  });

  it('by a VM that presents the evidence of another VM fail, whatever of its own it mixes in', async () => {
    const theirs = await boot(neighbour, foreign, MACHINE);
    assert.equal(verify(parseEvidence({ ...theirs, policy: learned(theirs, foreign) })).verdict, 'trusted');
    assertUnusable({ ...theirs, policy }, 'GW_ATTEST_KEY');
    assertUnusable({ ...theirs, key: sound.key, policy }, 'GW_ATTEST_SIGNATURE');
    assert.equal(proves(enrolledKey(), theirs, at(0)).verdict.verdict, 'unusable');
  });

  it('by a clock of the verifier that was set back fail: no proof becomes fresh again', () => {
    const trusted = proves(enrolledKey(), sound, at(10 * MINUTE_MS)).standing;
    assert.equal(stateOf(trusted, at(10 * MINUTE_MS), MINUTE_MS), 'trusted');
    assert.equal(stateOf(trusted, at(11 * MINUTE_MS + 1), MINUTE_MS), 'stale');
    assert.equal(stateOf(trusted, at(9 * MINUTE_MS), MINUTE_MS), 'stale', 'a moment before the proof is no age');
    assert.equal(stateOf(trusted, { boot: 'second', ms: 10 * MINUTE_MS }, MINUTE_MS), 'stale');
    const late = { ...given(sound), today: new Date('2001-01-01'), now: at(12 * MINUTE_MS), withinMs: MINUTE_MS };
    const { verdict } = answer(ask(trusted, sound.nonce, at(10 * MINUTE_MS)), late);
    assert.equal(verdict.findings[0]?.code, 'GW_ATTEST_NONCE', 'the day counts for nothing');
  });

  it('by evidence that brings its own day, policy or counters fail: it is no answer of a machine', () => {
    const { takenAt: _takenAt, ...claim } = sound;
    assert.deepEqual(parseClaim(claim), claim);
    const counters = { clock: '0', resetCount: 0, restartCount: 0 };
    for (const own of [{ takenAt: '2001-01-01T00:00:00Z' }, { policy }, { earlier: counters }])
      assert.throws(() => parseClaim({ ...claim, ...own }), { code: 'GW_ATTEST_EVIDENCE' });
  });
});
