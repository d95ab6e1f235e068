// Quotes of a TPM, sound and harmed in generated ways, judged by us and by tpm2_checkquote: both must say the same.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { checkQuote, counterFindings, keyFindings } from '../../runtime/attest/quote.ts';
import { ALG, HASH_BYTES, type StrongHashName } from '../../runtime/attest/tpm/algorithms.ts';
import { parseQuote } from '../../runtime/attest/tpm/attest.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { openTpm, pcrValues, type TestKey, type TestQuote, type TestTpm } from './tpm.ts';

/** What is judged: a quote and its surroundings, and the key that it is held against. */
interface Case extends Omit<TestQuote, 'pcrs'> {
  readonly what: string;
  readonly key: TestKey;
}

const SELECTIONS = [
  'sha256:0',
  'sha256:0,1,2,3,4,5,6,7',
  'sha384:0,7,9',
  'sha256:23+sha384:0,1',
  'sha384:4+sha256:0,4',
];

function ourAnswer({ key, quote, signature, nonce, values, selection }: Case): boolean {
  try {
    const pcrs = pcrValues(values, selection);
    return checkQuote({ key: key.public, quote, signature, nonce, pcrs }).findings.length === 0;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_ATTEST_MALFORMED') return false;
    throw error;
  }
}

/** Values as tpm2-tools keep them: the C structures TPML_PCR_SELECTION and, eight values each, TPML_DIGEST in a row. */
function pcrFile({ values, selection }: Pick<Case, 'values' | 'selection'>): Buffer {
  const banks = selection.split('+').map(part => part.split(':') as [StrongHashName, string]);
  const head = Buffer.alloc(4 + 16 * 8 + 4);
  head.writeUInt32LE(banks.length, 0);
  const digests: Buffer[] = [];
  let at = 0;
  for (const [index, [bank, numbers]] of banks.entries()) {
    head.writeUInt16LE(ALG[bank], 4 + 8 * index);
    head.writeUInt8(3, 6 + 8 * index);
    for (const pcr of numbers.split(',').map(Number)) {
      const place = 7 + 8 * index + (pcr >> 3);
      head.writeUInt8(head.readUInt8(place) | (1 << (pcr & 7)), place);
      digests.push(values.subarray(at, at + HASH_BYTES[bank]));
      at += HASH_BYTES[bank];
    }
  }
  const lists = Math.ceil(digests.length / 8);
  head.writeUInt32LE(lists, head.length - 4);
  const body = Buffer.alloc(lists * (4 + 8 * 66));
  for (const [index, digest] of digests.entries()) {
    const list = (index >> 3) * (4 + 8 * 66);
    body.writeUInt32LE((index & 7) + 1, list);
    body.writeUInt16LE(digest.length, list + 4 + (index & 7) * 66);
    digest.copy(body, list + 6 + (index & 7) * 66);
  }
  return Buffer.concat([head, body]);
}

async function theirAnswer(tpm: TestTpm, index: number, each: Case): Promise<boolean> {
  const files = { m: each.quote, s: each.signature, f: pcrFile(each) };
  const paths = Object.entries(files).flatMap(([option, content]) => {
    const path = tpm.path(`case-${index}.${option}`);
    writeFileSync(path, content);
    return [`-${option}`, path];
  });
  const how = ['-g', each.key.hash, '-q', each.nonce.toString('hex')];
  return (await tpm.attempt('tpm2_checkquote', '-Q', '-u', each.key.pem, ...paths, ...how)).code === 0;
}

/** Two at a time: more would only wait for each other. */
async function theirAnswers(tpm: TestTpm, cases: readonly Case[]): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  const queue = [...cases.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      answers[next[0]] = await theirAnswer(tpm, ...next);
  };
  await Promise.all([work(), work()]);
  return answers;
}

/** One byte changed. @param place  any number */
function harmed(bytes: Buffer, place: number, flip: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = place % copy.length;
  copy[at] = (copy[at] ?? 0) ^ flip;
  return copy;
}

function harmedCases(key: TestKey, sound: TestQuote, seed: number, others: readonly TestKey[]): readonly Case[] {
  const base = { ...sound, key };
  const numbers = fc.sample(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { seed, numRuns: 4 });
  return [
    { ...base, what: 'sound' },
    { ...base, what: 'another nonce', nonce: harmed(sound.nonce, seed, 1) },
    { ...base, what: 'a shorter nonce', nonce: sound.nonce.subarray(1) },
    ...others.map(other => ({ ...base, what: `the key ${other.name}`, key: other })),
    ...numbers.flatMap(([place, flip]) => [
      { ...base, what: `quote, byte ${place % sound.quote.length}`, quote: harmed(sound.quote, place, flip) },
      // The first four bytes name scheme and hash; of these the test below speaks.
      {
        ...base,
        what: `signature, byte ${4 + (place % (sound.signature.length - 4))}`,
        signature: Buffer.concat([sound.signature.subarray(0, 4), harmed(sound.signature.subarray(4), place, flip)]),
      },
      { ...base, what: `values, byte ${place % sound.values.length}`, values: harmed(sound.values, place, flip) },
    ]),
  ];
}

describe('quotes, beside tpm2_checkquote', function () {
  this.timeout(120_000); // many programs, one after the other
  let tpm: TestTpm;
  const keys: TestKey[] = [];
  const [nonce, other] = [Buffer.from('00112233445566778899aabbccddeeff', 'hex'), Buffer.from('5a'.repeat(32), 'hex')];
  before(async () => {
    tpm = await openTpm();
    for (const [name, kind, scheme, hash] of [
      ['ecc', 'ecc', 'ecdsa', 'sha256'],
      ['ecc384', 'ecc384', 'ecdsa', 'sha384'],
      ['rsa', 'rsa', 'rsassa', 'sha256'],
      ['rsa384', 'rsa', 'rsassa', 'sha384'],
    ] as const)
      keys.push(await tpm.makeKey(name, kind, scheme, hash));
    for (const pcr of [0, 4, 7, 9])
      for (const bank of ['sha256', 'sha384'])
        await tpm.run('tpm2_pcrextend', `${pcr}:${bank}=${`${pcr}f`.repeat(bank === 'sha256' ? 32 : 48)}`);
  });
  after(() => tpm?.close());

  it('are accepted when it accepts them, and only then, over hundreds of sound and harmed ones', async () => {
    const cases: Case[] = [];
    for (const [index, key] of keys.entries())
      for (const [turn, selection] of SELECTIONS.entries()) {
        const sound = await tpm.quote(key, selection, turn % 2 === 0 ? nonce : other);
        const others = keys.filter(each => each !== key && each.hash === key.hash);
        cases.push(...harmedCases(key, sound, 100 * index + turn, others));
      }
    const [ours, theirs] = [cases.map(ourAnswer), await theirAnswers(tpm, cases)];
    const differ = cases.flatMap(({ what, key, selection }, index) =>
      ours[index] === theirs[index]
        ? []
        : [`${key.name} over ${selection}: ${what}: we say ${ours[index]}, it says ${theirs[index]}`],
    );
    assert.deepEqual(differ, []);
    assert.ok(cases.length >= 300, `${cases.length} cases`);
    const accepted = cases.filter((_, index) => ours[index]).map(({ what }) => what);
    assert.deepEqual(accepted, Array(keys.length * SELECTIONS.length).fill('sound'));
  });

  it('are never accepted when it refuses them, also when a key of software signs what no TPM says', async () => {
    const [key] = keys;
    assert.ok(key !== undefined);
    const sound = await tpm.quote(key, 'sha256:0,4', nonce);
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = tpm.path('software.pem');
    writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }));
    const software = { ...key, name: 'software', pem, public: { ...key.public, key: publicKey } };
    const signed = (quote: Buffer): Buffer => {
      const bytes = sign('sha256', quote, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const sizes = Buffer.from('0020', 'hex');
      const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32)];
      return Buffer.concat([sound.signature.subarray(0, 4), sizes, r, sizes, s]);
    };
    const changes = fc.sample(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { seed: 7, numRuns: 60 });
    const quotes = [
      ...[sound.quote, Buffer.concat([sound.quote, Buffer.alloc(1)]), sound.quote.subarray(0, -1)],
      ...changes.map(([place, flip]) => harmed(sound.quote, place, flip)),
    ];
    const cases = quotes.map(quote => ({ ...sound, what: '', key: software, quote, signature: signed(quote) }));
    const [ours, theirs] = [cases.map(ourAnswer), await theirAnswers(tpm, cases)];
    const wrong = cases.flatMap(({ quote }, index) => (ours[index] && !theirs[index] ? [quote.toString('hex')] : []));
    assert.deepEqual(wrong, []);
    assert.deepEqual(ours.slice(0, 3), [true, false, false]);
    assert.ok(ours.filter(Boolean).length > 5, 'signed clocks and versions may have any value');
  });

  it('are held to more than it asks for: nothing trails, and the signature names the scheme of the key', async () => {
    const [key] = keys;
    assert.ok(key !== undefined);
    const sound = { ...(await tpm.quote(key, 'sha256:0', nonce)), key, what: '' };
    const trailing = { ...sound, signature: Buffer.concat([sound.signature, Buffer.alloc(1)]) };
    const renamed = { ...sound, signature: harmed(sound.signature, 3, 0x0b ^ 0x0c) };
    const cases = [sound, trailing, renamed];
    assert.deepEqual(cases.map(ourAnswer), [true, false, false]);
    assert.equal((await theirAnswers(tpm, cases))[1], true, 'it reads no further than the signature');
  });

  it('signed with RSAPSS are accepted as the TPM itself accepts them, for tpm2_checkquote cannot', async () => {
    const key = await tpm.makeKey('pss', 'rsa', 'rsapss', 'sha256');
    const sound = { ...(await tpm.quote(key, 'sha256:0,4', nonce)), key, what: '' };
    const places = [0, 40, 100, 200].map(place => ({ ...sound, quote: harmed(sound.quote, place, 1) }));
    const signatures = [8, 90, 200].map(place => ({ ...sound, signature: harmed(sound.signature, place, 1) }));
    const cases = [sound, ...places, ...signatures];
    const theirs: boolean[] = [];
    for (const each of cases) {
      writeFileSync(tpm.path('pss.m'), each.quote);
      writeFileSync(tpm.path('pss.s'), each.signature);
      const files = ['-m', tpm.path('pss.m'), '-s', tpm.path('pss.s')];
      const { code } = await tpm.attempt('tpm2_verifysignature', '-c', tpm.path('pss.ctx'), '-g', 'sha256', ...files);
      await tpm.run('tpm2_flushcontext', '-t');
      theirs.push(code === 0);
    }
    assert.deepEqual(cases.map(ourAnswer), theirs);
    assert.deepEqual(theirs, [true, ...Array(7).fill(false)]);
  });

  it('come from keys that nobody else can use, which other keys of the TPM are not', async () => {
    for (const key of keys) assert.deepEqual(keyFindings(key.public), [], key.name);
    const [primary, context] = [tpm.path('primary.ctx'), tpm.path('free.ctx')];
    await tpm.run('tpm2_createprimary', '-Q', '-C', 'e', '-c', primary);
    await tpm.run('tpm2_flushcontext', '-t');
    const files = ['-u', tpm.path('free.pub'), '-r', tpm.path('free.priv'), '-c', context];
    const free = ['-G', 'ecc:ecdsa-sha256', '-a', 'sign|userwithauth|sensitivedataorigin'];
    await tpm.run('tpm2_create', '-Q', '-C', primary, ...free, ...files);
    await tpm.run('tpm2_flushcontext', '-t');
    await tpm.run('tpm2_readpublic', '-Q', '-c', context, '-f', 'tss', '-o', tpm.path('free.tss'));
    await tpm.run('tpm2_flushcontext', '-t');
    const findings = keyFindings(parseSizedPublic(readFileSync(tpm.path('free.tss'))));
    assert.deepEqual(
      findings.map(({ message }) => message),
      ['The attestation key lacks the attributes restricted, fixedTPM, fixedParent.'],
    );
  });

  it('count boots up, so that an earlier one is seen to be earlier', async () => {
    const [key] = keys;
    assert.ok(key !== undefined);
    await tpm.persist(key);
    const clockAt = async () => parseQuote((await tpm.quote(key, 'sha256:0', nonce)).quote).clockInfo;
    const first = await clockAt();
    const second = await clockAt();
    await tpm.reset();
    const third = await clockAt();
    assert.deepEqual([counterFindings(first, second), counterFindings(second, third)], [[], []]);
    assert.equal(third.resetCount, first.resetCount + 1);
    assert.match(counterFindings(third, second)[0]?.message ?? '', /counted \d+ boots, and \d+ before that/);
    assert.match(counterFindings(second, first)[0]?.message ?? '', /clock of the TPM went back/);
  });
});
