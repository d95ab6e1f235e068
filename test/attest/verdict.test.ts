// Verdicts on boots of a real TPM: trusted ones, ones in which one component is another, and attacks on the evidence.
import assert from 'node:assert/strict';
import { type Evidence, type EvidenceInput, parseEvidence } from '../../runtime/attest/evidence.ts';
import type { PolicyInput } from '../../runtime/attest/policy.ts';
import { type Verdict, verify } from '../../runtime/attest/verdict.ts';
import { bootOf, digestOf, extensions, logOf, MACHINE, type Machine } from './boot-log.ts';
import { type Boot, boot, evidenceOf, learned, SELECTION } from './boots.ts';
import { openTpm, type TestKey, type TestTpm } from './tpm.ts';

const digest = (text: string) => digestOf({ pcr: 0, type: 0, data: Buffer.from(text) }, 'sha256').toString('hex');

const judged = (evidence: EvidenceInput) => verify(parseEvidence(JSON.parse(JSON.stringify(evidence))));
const components = ({ verdict, findings }: Verdict) => [
  verdict,
  ...new Set(findings.map(({ component }) => component)),
];
const codes = ({ verdict, findings }: Verdict) => [verdict, ...new Set(findings.map(({ code }) => code))];

/** One thing in the machine is another, and what is then named. */
const CHANGES: readonly (readonly [Partial<Machine>, string])[] = [
  [{ firmware: 'OVMF 2025.03' }, 'firmware'],
  [{ settings: 'net first' }, 'firmware settings'],
  [{ bootLoader: 'sd-boot 258' }, 'boot loader'],
  [{ kernel: 'linux 6.12.49' }, 'kernel'],
  [{ initrd: 'cell 8' }, 'initrd'],
  [{ commandLine: 'console=ttyS0 quieT' }, 'command line'],
  [{ secureBoot: false }, 'Secure Boot keys'],
  [{ signers: 'another' }, 'Secure Boot keys'],
];

describe('verdicts', function () {
  this.timeout(120_000); // many programs, one after the other
  let tpm: TestTpm;
  let key: TestKey;
  let other: TestKey;
  let sound: Boot;
  let policy: PolicyInput;
  before(async () => {
    tpm = await openTpm();
    [key, other] = [
      await tpm.makeKey('ak', 'ecc', 'ecdsa', 'sha256'),
      await tpm.makeKey('other', 'rsa', 'rsassa', 'sha256'),
    ];
    for (const each of [key, other]) await tpm.persist(each);
    sound = await boot(tpm, key, MACHINE);
    policy = learned(sound, key);
  });
  after(() => tpm?.close());

  it('trust a boot that is as the one that was learned from, and the next one of it', async () => {
    const first = judged({ ...sound, policy });
    assert.deepEqual(codes(first), ['trusted']);
    const again = judged({ ...(await boot(tpm, key, MACHINE)), policy, earlier: first.counters });
    assert.deepEqual([again.verdict, again.findings, again.key], ['trusted', [], key.public.name.toString('hex')]);
  });

  it('name the component that is another one, beside golden values', async () => {
    for (const [change, component] of CHANGES) {
      const taken = await boot(tpm, key, { ...MACHINE, ...change });
      assert.deepEqual(components(judged({ ...taken, policy })), ['mismatch', component]);
      const { log: _log, ...bare } = taken;
      assert.equal(judged({ ...bare, policy }).verdict, 'mismatch', 'without a log only the PCR says what it is');
    }
    const both = await boot(tpm, key, { ...MACHINE, initrd: 'cell 8', commandLine: 'init=/bin/sh' });
    assert.match(
      judged({ ...both, policy }).findings[0]?.message ?? '',
      /^The command line is not the one that is trusted/,
    );
    assert.deepEqual(components(judged({ ...both, policy })), ['mismatch', 'command line', 'initrd']);
  });

  /** Golden firmware, and two images. */
  function images(): PolicyInput {
    const image = (kernel: string, initrd: string) => {
      const digests = {
        kernel: [digest(kernel)],
        initrd: [digest(initrd)],
        'command line': [digest(MACHINE.commandLine)],
      };
      return { name: `image of ${kernel}`, digests };
    };
    const golden = Object.fromEntries(
      Object.entries(policy.golden ?? {}).filter(([pcr]) => pcr !== '4' && pcr !== '9'),
    );
    const rules = [{ component: 'boot loader' as const, digests: [digest(MACHINE.bootLoader)] }];
    const known = [image(MACHINE.kernel, MACHINE.initrd), image('linux 6.18', 'cell 9')];
    return { ...policy, golden, rules, images: known, secureBoot: true };
  }

  it('trust every allowed image, whole ones only, and name what is of none', async () => {
    const told = async (change: Partial<Machine>) =>
      components(judged({ ...(await boot(tpm, key, { ...MACHINE, ...change })), policy: images() }));
    assert.deepEqual(await told({}), ['trusted']);
    assert.deepEqual(await told({ kernel: 'linux 6.18', initrd: 'cell 9' }), ['trusted'], 'a planned update');
    assert.deepEqual(await told({ initrd: 'cell 9' }), ['mismatch', 'initrd'], 'half of each');
    assert.deepEqual(await told({ kernel: 'evil' }), ['mismatch', 'kernel']);
    assert.deepEqual(await told({ commandLine: 'init=/bin/sh' }), ['mismatch', 'command line']);
    assert.deepEqual(await told({ bootLoader: 'evil' }), ['mismatch', 'boot loader']);
    assert.deepEqual(await told({ secureBoot: false }), ['mismatch', 'Secure Boot keys']);
    const { log: _log, ...bare } = sound;
    assert.deepEqual(
      codes(judged({ ...bare, policy: images() }))[0],
      'unusable',
      'images cannot be seen without a log',
    );
  });

  it('see what was left out: the kernel of an image that was not measured', async () => {
    await tpm.reset();
    const events = bootOf(MACHINE).filter(({ measured }) => measured?.toString() !== MACHINE.kernel);
    await tpm.run('tpm2_pcrextend', ...extensions(events));
    const quote = await tpm.quote(key, SELECTION, Buffer.alloc(32, 1));
    const verdict = judged({ ...evidenceOf(quote, key, logOf(events)), policy: images() });
    assert.deepEqual(components(verdict), ['mismatch', 'kernel']);
    assert.match(verdict.findings[0]?.message ?? '', /kernel of image image of linux 6.12.48 that is allowed was not/);
  });

  it('believe the maker of the TPM when the policy asks for one', async () => {
    const [area, certificate] = [await tpm.endorsementKey('rsa'), await tpm.endorsementCertificate('rsa')];
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const endorsement = { key: area.toString('hex'), certificate: pem, chain: [tpm.authority.issuer] };
    const certified = { ...sound, endorsement, policy: { ...policy, makers: [tpm.authority.root] } };
    const verdict = judged(certified);
    assert.deepEqual([verdict.verdict, verdict.tpm?.model], ['trusted', 'swtpm']);
    const swapped = (await tpm.endorsementKey('ecc')).toString('hex');
    const told = judged({ ...certified, endorsement: { ...endorsement, key: swapped } });
    assert.deepEqual([codes(told), told.tpm], [['unusable', 'GW_ATTEST_EK'], undefined]);
    assert.deepEqual(codes(judged({ ...certified, takenAt: '2001-01-01T00:00:00Z' })), ['unusable', 'GW_ATTEST_EK']);
  });

  it('refuse what is no evidence, with the place', () => {
    const refused = (value: unknown, message: RegExp) =>
      assert.throws(() => parseEvidence(value), { code: 'GW_ATTEST_EVIDENCE', message });
    refused(undefined, /^this is not evidence: the whole/);
    refused({ ...sound, policy, nonce: 'ab' }, /: nonce: /);
    refused({ ...sound, policy, quote: 'xy' }, /: quote: two small hex digits/);
    refused({ ...sound, policy: { ...policy, key: undefined } }, /: policy\.key: /);
    refused({ ...sound, policy, more: 1 }, /more/);
    refused({ ...sound, policy: { ...policy, pcrs: [0] } }, /policy\.golden: PCR 1, 4, 7, 9 is not among/);
    refused({ ...sound, policy: { ...images(), pcrs: [0, 1], golden: {} } }, /policy\.secureBoot: PCR 7/);
    refused({ ...sound, policy: { ...policy, bank: 'sha384' } }, /policy\.bank: a digest has 32 bytes/);
    const { key: _key, ...keyless } = { ...sound, policy } as Partial<Evidence>;
    refused(keyless, /: key: /);
  });
});
