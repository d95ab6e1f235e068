// A million quotes that no TPM made, each a sound one with a few changes: none is believed, none makes the verifier fall over,
// and every check of it has refused thousands.
import assert from 'node:assert/strict';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { checkQuote, type QuoteQuestion } from '../../runtime/attest/quote.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import type { Code } from '../../runtime/model/codes.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { bootOf, logOf, MACHINE } from './boot-log.ts';
import { numbers } from './random-numbers.ts';
import { softwareTpm } from './software-evidence.ts';

/** How many are tried; GATEWRIGHT_MUTATIONS asks for more or fewer. */
const RUNS = Number(process.env.GATEWRIGHT_MUTATIONS ?? 1_000_000);
const MOST_CHANGES = 6;

/** One to six bytes are other ones; of every fourth a part is missing, doubled, or of another place. */
function mutated(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = random(4) === 0 ? rearranged(bytes, random) : Buffer.from(bytes);
  for (let left = 1 + random(MOST_CHANGES); left > 0 && copy.length > 0; left -= 1) {
    const place = random(copy.length);
    copy[place] = (copy[place] ?? 0) ^ (1 + random(255));
  }
  return copy;
}

function rearranged(bytes: Buffer, random: (below: number) => number): Buffer {
  const [one, other] = [random(bytes.length), random(bytes.length)];
  return Buffer.concat([bytes.subarray(0, one), bytes.subarray(other)]);
}

function refusal(question: QuoteQuestion): Code | undefined {
  try {
    return checkQuote(question).findings[0]?.code;
  } catch (error) {
    if (isGatewrightError(error)) return error.code;
    throw error;
  }
}

describe(`${RUNS} changed quotes`, function () {
  // An error of ours is one that is expected here; where it came from costs more than all the rest.
  const lines = Error.stackTraceLimit;
  before(() => {
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = lines;
  });
  this.timeout(Math.max(60_000, RUNS / 2));
  const evidence = parseEvidence(softwareTpm().evidence(logOf(bootOf(MACHINE)), Buffer.alloc(32, 3)));
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const values = Object.entries(evidence.pcrs.sha256 ?? {}).map(([pcr, value]) => [Number(pcr), bytes(value)] as const);
  const sound: QuoteQuestion = {
    quote: bytes(evidence.quote),
    signature: bytes(evidence.signature),
    key: parseSizedPublic(bytes(evidence.key)),
    nonce: bytes(evidence.nonce),
    pcrs: { sha256: Object.fromEntries(values) },
  };

  it('are all refused, for every reason that there is', () => {
    assert.equal(refusal(sound), undefined);
    const random = numbers(2_463_534_242);
    const refused = new Map<Code, number>();
    for (let run = 0; run < RUNS; run += 1) {
      // Every eighth has a changed signature, which only the costly check can tell.
      const part = random(8) === 0 ? 'signature' : 'quote';
      const changed = mutated(sound[part] as Buffer, random);
      if (changed.equals(sound[part])) continue;
      const code = refusal({ ...sound, [part]: changed });
      if (code === undefined) assert.fail(`the ${part} ${changed.toString('hex')} was believed`);
      refused.set(code, (refused.get(code) ?? 0) + 1);
    }
    const total = [...refused.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(total > 0.999 * RUNS, `${total} were changed`);
    for (const code of ['MALFORMED', 'NONCE', 'PCRS', 'SIGNATURE'] as const) {
      const count = refused.get(`GW_ATTEST_${code}`) ?? 0;
      assert.ok(count > RUNS / 100, `${count} were refused for ${code}`);
    }
  });
});
