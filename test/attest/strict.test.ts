// The parsers beside a TPM: they take what it makes, refuse everything else, and never fall over.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { checkQuote } from '../../runtime/attest/quote.ts';
import { parseAttest } from '../../runtime/attest/tpm/attest.ts';
import { parseCreationData } from '../../runtime/attest/tpm/creation.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { parseSignature } from '../../runtime/attest/tpm/signature.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { openTpm, type TestKey, type TestQuote, type TestTpm } from './tpm.ts';

/** Whether it is taken; anything but our own refusal is thrown on. */
function taken(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_ATTEST_MALFORMED') return false;
    throw error;
  }
}

describe('the structures of a TPM', function () {
  this.timeout(120_000); // many programs, one after the other
  let tpm: TestTpm;
  let key: TestKey;
  let sound: TestQuote;
  let creation: Buffer;
  let certified: Buffer;
  before(async () => {
    tpm = await openTpm();
    key = await tpm.makeKey('ak', 'ecc', 'ecdsa', 'sha256');
    sound = await tpm.quote(key, 'sha256:0,1,7', Buffer.alloc(32, 7));
    const [data, hash, ticket] = ['data', 'hash', 'ticket'].map(name => tpm.path(`creation.${name}`));
    const made = ['--creation-data', data ?? '', '-d', hash ?? '', '-t', ticket ?? '', '-l', 'sha256:0,4'];
    await tpm.run('tpm2_createprimary', '-Q', '-C', 'e', '-G', 'ecc', '-c', tpm.path('made.ctx'), ...made);
    await tpm.run('tpm2_flushcontext', '-t');
    const keys = ['-C', tpm.path('ak.ctx'), '-c', tpm.path('made.ctx'), '-d', hash ?? '', '-t', ticket ?? ''];
    const answers = ['-g', 'sha256', '-o', tpm.path('certified.sig'), '--attestation', tpm.path('certified.msg')];
    await tpm.run('tpm2_certifycreation', '-Q', ...keys, ...answers);
    creation = readFileSync(data ?? '').subarray(2); // after the size of the TPM2B
    certified = readFileSync(tpm.path('certified.msg'));
  });
  after(() => tpm?.close());

  const each = (): readonly (readonly [string, Buffer, (bytes: Buffer) => unknown])[] => [
    ['quote', sound.quote, parseAttest],
    ['certified creation', certified, parseAttest],
    ['creation data', creation, parseCreationData],
    ['signature', sound.signature, parseSignature],
    ['public area', key.area, parseSizedPublic],
  ];

  it('are read as the TPM meant them', () => {
    const attest = parseAttest(certified);
    assert.ok(attest.type === 'creation');
    assert.deepEqual(attest.creationHash, createHash('sha256').update(creation).digest());
    const { selections, outsideInfo } = parseCreationData(creation);
    assert.deepEqual([selections, outsideInfo.length], [[{ bank: 'sha256', pcrs: [0, 4] }], 0]);
    const quote = parseAttest(sound.quote);
    assert.ok(quote.type === 'quote');
    assert.deepEqual(quote.selections, [{ bank: 'sha256', pcrs: [0, 1, 7] }]);
  });

  it('have the name that the TPM computes', async () => {
    const output = await tpm.run('tpm2_readpublic', '-c', tpm.path('ak.ctx'));
    await tpm.run('tpm2_flushcontext', '-t');
    assert.equal(key.public.name.toString('hex'), /^name: ([0-9a-f]+)$/m.exec(output)?.[1]);
  });

  it('are refused when they end anywhere before their end, or go on after it', () => {
    for (const [what, bytes, parse] of each()) {
      assert.equal(
        taken(() => parse(bytes)),
        true,
        what,
      );
      for (let length = 0; length < bytes.length; length += 1)
        assert.equal(
          taken(() => parse(bytes.subarray(0, length))),
          false,
          `${what} of ${length} bytes`,
        );
      assert.equal(
        taken(() => parse(Buffer.concat([bytes, Buffer.alloc(1)]))),
        false,
        `${what} and a byte`,
      );
    }
  });

  it('never throw anything but a refusal, whatever is changed in them', () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat({ max: 4 }), (changes, which) => {
        const [, bytes, parse] = each()[which] ?? assert.fail();
        const copy = Buffer.from(bytes);
        for (const [place, value] of changes) copy[place % copy.length] = value;
        taken(() => parse(copy));
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 4 }), (bytes, which) => {
        const [, , parse] = each()[which] ?? assert.fail();
        assert.equal(
          taken(() => parse(Buffer.from(bytes))),
          false,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('prove nothing once a bit of the quote is another one, each of them tried, nor when the nonce was asked so', () => {
    const { quote, signature, pcrs } = sound;
    const reasons = new Set<string>();
    for (let bit = 0; bit < 8 * quote.length; bit += 1) {
      const copy = Buffer.from(quote);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      taken(() => {
        const nonce = parseAttest(copy).extraData;
        const [finding] = checkQuote({ quote: copy, signature, key: key.public, nonce, pcrs }).findings;
        reasons.add(finding?.code ?? assert.fail(`bit ${bit} may be another one`));
      });
    }
    assert.deepEqual([...reasons].sort(), ['GW_ATTEST_PCRS', 'GW_ATTEST_SIGNATURE']);
  });
});
