// Binding an attestation key to a TPM: our credentials are opened by the TPM, and its certificate is judged from all sides.
import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { makeCredential } from '../../runtime/attest/credential.ts';
import { checkEndorsement, type EndorsementQuestion } from '../../runtime/attest/endorsement.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { makeCertificates } from '../protocols/certificates.ts';
import { openCredential } from './open-credential.ts';
import { type EK, openTpm, type TestKey, type TestTpm } from './tpm.ts';

describe('credentials and endorsement certificates', function () {
  this.timeout(120_000); // many programs, one after the other
  let tpm: TestTpm;
  const keys: TestKey[] = [];
  before(async () => {
    tpm = await openTpm();
    keys.push(await tpm.makeKey('ak', 'ecc', 'ecdsa', 'sha256'), await tpm.makeKey('other', 'rsa', 'rsassa', 'sha256'));
  });
  after(() => tpm?.close());

  for (const kind of ['rsa', 'ecc'] as const)
    it(`opens our credential with its ${kind} endorsement key, for the key that it names only`, async () => {
      const [key, other] = keys;
      assert.ok(key !== undefined && other !== undefined);
      const ek = parseSizedPublic(await tpm.endorsementKey(kind));
      for (const length of [16, 32]) {
        const secret = randomBytes(length);
        const credential = makeCredential(ek, key.public.name, secret);
        assert.deepEqual(await openCredential(tpm, kind, key, credential), { code: 0, output: '', secret });
        const refused = await openCredential(tpm, kind, other, credential);
        assert.notEqual(refused.code, 0);
        assert.match(refused.output, /integrity check failed/);
      }
      for (const part of ['idObject', 'encryptedSecret'] as const) {
        const made = makeCredential(ek, key.public.name, randomBytes(32));
        const bytes = made[part];
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        assert.notEqual((await openCredential(tpm, kind, key, made)).code, 0, part);
      }
    });

  it('makes no credential for a key that only signs, nor of a secret that does not fit', async () => {
    const [key] = keys;
    assert.ok(key !== undefined);
    const { name } = key.public;
    assert.throws(() => makeCredential(key.public, name, randomBytes(32)), { code: 'GW_ATTEST_KEY' });
    const ek = parseSizedPublic(await tpm.endorsementKey('rsa'));
    for (const length of [0, 15, 33]) assert.throws(() => makeCredential(ek, name, randomBytes(length)), RangeError);
  });

  async function question(kind: keyof typeof EK): Promise<EndorsementQuestion> {
    const key = parseSizedPublic(await tpm.endorsementKey(kind));
    const certificate = await tpm.endorsementCertificate(kind);
    const { issuer, root } = tpm.authority;
    return { certificate, chain: [issuer], trusted: [root], key, at: new Date() };
  }

  it('believes the certificate of each key up to the authority that was given', async () => {
    for (const kind of ['rsa', 'ecc'] as const) {
      const asked = await question(kind);
      const { identity, findings } = checkEndorsement(asked);
      assert.deepEqual([findings, identity?.model], [[], 'swtpm']);
      const direct = { ...asked, chain: [], trusted: [tpm.authority.issuer] };
      assert.deepEqual(checkEndorsement(direct).findings, [], 'the one below may be the trusted one');
    }
  });

  it('refuses everything else with the reason', async () => {
    // Made first: its certificates are valid from the second on in which they are made.
    const stranger = makeCertificates();
    try {
      const [rsa, ecc] = [await question('rsa'), await question('ecc')];
      const { authority, server } = stranger.texts;
      const told = (changes: Partial<EndorsementQuestion>) =>
        checkEndorsement({ ...rsa, ...changes }).findings.map(({ message }) => message);
      assert.deepEqual(told({ certificate: ecc.certificate }), ['The endorsement certificate is of another key.']);
      assert.deepEqual(told({ key: ecc.key }), ['The endorsement certificate is of another key.']);
      assert.match(
        told({ chain: [] }).join(),
        /^No trusted maker vouches for the certificate that CN=swtpm-localca signed/,
      );
      assert.match(told({ trusted: [authority] }).join(), /^No trusted maker vouches/);
      assert.match(told({ trusted: [] }).join(), /^No trusted maker vouches/);
      assert.match(told({ trusted: [Buffer.from(rsa.certificate)] }).join(), /^No trusted maker vouches/);
      assert.match(told({ at: new Date('2001-01-01') }).join(), /is not valid on 2001-01-01/);
      assert.deepEqual(told({ certificate: 'no certificate' }), ['The endorsement certificate is none.']);
      const leaf = { certificate: server, trusted: [authority], key: { ...rsa.key, key: keyOf(server) } };
      assert.deepEqual(told(leaf), [
        'The certificate is not for an endorsement key.',
        'The endorsement certificate names no TPM.',
      ]);
      assert.match(told({ certificate: tpm.authority.issuer }).join(), /is one of an authority/);
      const [ak] = keys;
      assert.match(told(ak === undefined ? {} : { key: ak.public }).join(), /only decrypts/);
    } finally {
      stranger.close();
    }
  });

  it('refuses a certificate in which one bit was changed, wherever', async () => {
    const asked = await question('rsa');
    const sound = Buffer.from(asked.certificate);
    for (let place = 0; place < sound.length; place += 1) {
      const copy = Buffer.from(sound);
      copy[place] = (copy[place] ?? 0) ^ (1 << (place % 8));
      assert.notEqual(checkEndorsement({ ...asked, certificate: copy }).findings.length, 0, `byte ${place}`);
    }
  });
});

function keyOf(certificate: string) {
  return new X509Certificate(certificate).publicKey;
}
