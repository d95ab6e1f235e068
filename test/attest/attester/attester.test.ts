// What we have a TPM do, on a real one and held against tpm2-tools.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Attester, openAttester } from '../../../runtime/attest/attester/attester.ts';
import { makeCredential } from '../../../runtime/attest/credential.ts';
import { parseClaim } from '../../../runtime/attest/standing.ts';
import { endorsementTemplate } from '../../../runtime/attest/tpm/command/templates.ts';
import { parsePublic, parseSizedPublic } from '../../../runtime/attest/tpm/public.ts';
import { verify } from '../../../runtime/attest/verdict.ts';
import { openSwtpm } from '../../../runtime/host/tpm/swtpm.ts';
import { openTpm, type TestTpm } from '../tpm.ts';

const PCRS = [0, 1, 2, 3, 4, 5, 6, 7, 9, 14];

describe('the attester, on an emulated TPM', function () {
  this.timeout(60_000);
  let tpm: TestTpm;
  let attester: Attester;
  const open = async () => {
    attester = await openAttester(await openSwtpm(tpm.path('tpm.sock')));
  };
  before(async () => {
    tpm = await openTpm();
  });
  after(() => tpm.close());
  beforeEach(open);
  afterEach(() => attester.close());

  it('names the same keys whenever it asks, and those that tpm2-tools see', async () => {
    const candidate = await attester.candidate();
    await attester.close();
    assert.equal(candidate.endorsement.key, (await tpm.endorsementKey('rsa')).toString('hex'));
    await open();
    assert.deepEqual(await attester.candidate(), candidate);
    await attester.close();
    await tpm.reset();
    await open();
    assert.deepEqual(await attester.candidate(), candidate);
  });

  it('has a key that signs only what the TPM says, and cannot leave it', async () => {
    const { attributes } = parseSizedPublic(Buffer.from((await attester.candidate()).key, 'hex'));
    for (const name of ['restricted', 'sign', 'fixedTPM', 'fixedParent', 'sensitiveDataOrigin'] as const)
      assert.ok(attributes.has(name), name);
    assert.equal(attributes.has('decrypt'), false);
  });

  it('reads the certificate of the TPM as it was stored', async () => {
    const { certificate = '' } = (await attester.candidate()).endorsement;
    await attester.close();
    const stored = await tpm.endorsementCertificate('rsa');
    assert.equal(certificate.replace(/-----[A-Z ]+-----|\s/g, ''), stored.toString('base64'));
    await open();
  });

  it('opens a credential that is for it, and none for another key', async () => {
    const { key, endorsement } = await attester.candidate();
    const ek = parseSizedPublic(Buffer.from(endorsement.key, 'hex'));
    const { name } = parseSizedPublic(Buffer.from(key, 'hex'));
    const secret = randomBytes(32);
    assert.deepEqual(await attester.activate(makeCredential(ek, name, secret)), secret);
    const other = Buffer.from(name).fill(7, 2);
    await assert.rejects(attester.activate(makeCredential(ek, other, secret)), { code: 'GW_ATTEST_TPM' });
    assert.deepEqual(await attester.activate(makeCredential(ek, name, secret)), secret, 'and goes on afterwards');
  });

  it('gives evidence that we trust by its values, and tpm2_checkquote believes', async () => {
    const nonce = randomBytes(32).toString('hex');
    const claim = parseClaim(JSON.parse(JSON.stringify(await attester.claim(nonce, PCRS))));
    const { name, key } = parseSizedPublic(Buffer.from(claim.key, 'hex'));
    const golden = Object.fromEntries(PCRS.map(pcr => [pcr, [claim.pcrs.sha256?.[`${pcr}`] ?? '']]));
    const policy = {
      version: 1,
      bank: 'sha256',
      pcrs: PCRS,
      golden,
      events: [],
      rules: [],
      images: [],
      makers: [],
    } as const;
    const evidence = { ...claim, takenAt: new Date().toISOString() };
    const whole = { ...policy, pcrs: [...PCRS], secureBoot: false, key: name.toString('hex') };
    const { verdict, findings } = verify({ ...evidence, policy: { ...whole, golden } } as never);
    // No firmware ran, so PCR 0 is all zeros, which is never trusted; everything else fits.
    assert.deepEqual([verdict, findings.map(({ pcr }) => pcr)], ['mismatch', [0]]);
    const [pem, quote, signature] = ['ak.pem', 'ak.msg', 'ak.sig'].map(file => tpm.path(file));
    writeFileSync(pem ?? '', key.export({ format: 'pem', type: 'spki' }));
    writeFileSync(quote ?? '', Buffer.from(claim.quote, 'hex'));
    writeFileSync(signature ?? '', Buffer.from(claim.signature, 'hex'));
    const judged = ['-u', pem ?? '', '-m', quote ?? '', '-s', signature ?? '', '-g', 'sha256', '-q', nonce];
    assert.equal((await tpm.attempt('tpm2_checkquote', ...judged)).code, 0);
    assert.ok(readFileSync(quote ?? '').length > 0);
  });

  it('leaves nothing in the TPM, however often it comes and goes', async () => {
    for (let round = 0; round < 8; round += 1) {
      await attester.close();
      await open();
      await attester.claim(randomBytes(16).toString('hex'), [0]);
    }
  });

  it('asks for the endorsement key of the usual template, which tpm2_createek makes too', () => {
    const { authPolicy, symmetricBits, attributes } = parsePublic(withModulus(endorsementTemplate()));
    // PolicyA of the EK Credential Profile, SHA-256.
    assert.equal(authPolicy.toString('hex'), '837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa');
    assert.equal(symmetricBits, 128);
    assert.ok(attributes.has('adminWithPolicy') && !attributes.has('userWithAuth'));
  });
});

/** A template has zeros where a key has its modulus, which is none. */
function withModulus(template: Buffer): Buffer {
  const area = Buffer.from(template);
  area.fill(0xff, area.length - 256);
  return area;
}
