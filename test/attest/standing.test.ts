// How an attestation key stands: what opens a question, what answers it, how long a proof counts, and what a restart keeps.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePolicy } from '../../runtime/attest/evidence.ts';
import type { Moment } from '../../runtime/attest/moment.ts';
import { answer, ask, type Claim, enrolled, parseClaim, Standing, stateOf } from '../../runtime/attest/standing.ts';
import { bootOf, logOf, MACHINE } from './boot-log.ts';
import { softwareTpm } from './software-evidence.ts';

const NONCE = Buffer.alloc(32, 5);
const WITHIN_MS = 10_000;
const FRESH_MS = 60_000;
const at = (ms: number, boot = 'first'): Moment => ({ boot, ms });

describe('the standing of an attestation key', () => {
  const tpm = softwareTpm();
  const of = (kernel: string, nonce: Buffer, resetCount?: number) =>
    tpm.evidence(logOf(bootOf({ ...MACHINE, kernel })), nonce, resetCount);
  const policy = parsePolicy(of(MACHINE.kernel, NONCE).policy);
  const fresh = enrolled(policy.key);

  function claim(nonce = NONCE, kernel = MACHINE.kernel, resetCount?: number): Claim {
    const { policy: _policy, takenAt: _takenAt, ...rest } = of(kernel, nonce, resetCount);
    return parseClaim(rest);
  }
  const answered = (standing: Standing, given: Claim, ms: number, boot?: string) =>
    answer(standing, { claim: given, policy, now: at(ms, boot), today: new Date(), withinMs: WITHIN_MS });
  const trusted = () => answered(ask(fresh, NONCE.toString('hex'), at(0)), claim(), 1_000).standing;

  it('is that of one who proved nothing, until an answer to a question proves something', () => {
    assert.equal(stateOf(fresh, at(0), FRESH_MS), 'never');
    const asked = ask(fresh, NONCE.toString('hex'), at(0));
    assert.equal(stateOf(asked, at(1), FRESH_MS), 'never');
    assert.equal(stateOf(trusted(), at(1_000), FRESH_MS), 'trusted');
  });

  it('is stale when the proof is older than it counts, to the millisecond', () => {
    assert.equal(stateOf(trusted(), at(1_000 + FRESH_MS), FRESH_MS), 'trusted');
    assert.equal(stateOf(trusted(), at(1_001 + FRESH_MS), FRESH_MS), 'stale');
  });

  it('is a mismatch until something better is proven, however long that takes', () => {
    const evil = answered(ask(trusted(), NONCE.toString('hex'), at(2_000)), claim(NONCE, 'evil'), 3_000);
    assert.equal(evil.verdict.findings[0]?.component, 'kernel');
    for (const ms of [3_000, 3_000 + 10 * FRESH_MS]) assert.equal(stateOf(evil.standing, at(ms), FRESH_MS), 'mismatch');
    const healed = answered(ask(evil.standing, NONCE.toString('hex'), at(4_000)), claim(), 5_000);
    assert.equal(stateOf(healed.standing, at(5_000), FRESH_MS), 'trusted');
  });

  it('takes one answer to each question, and the proof before it goes on counting', () => {
    const standing = trusted();
    const again = answered(standing, claim(), 2_000);
    assert.deepEqual(again.verdict.findings, [
      { code: 'GW_ATTEST_NONCE', message: 'Nothing was asked that the evidence could answer.' },
    ]);
    assert.deepEqual(again.standing, standing);
  });

  it('leaves a question open when the answer is to another one, and closes it when the answer is late', () => {
    const asked = ask(fresh, 'ab'.repeat(32), at(0));
    const other = answered(asked, claim(), 1);
    assert.equal(other.verdict.findings[0]?.code, 'GW_ATTEST_NONCE');
    assert.deepEqual(other.standing, asked);
    const late = answered(ask(fresh, NONCE.toString('hex'), at(0)), claim(), WITHIN_MS + 1);
    assert.deepEqual([late.verdict.findings[0]?.code, late.standing], ['GW_ATTEST_NONCE', fresh]);
  });

  it('makes a new question void the one before it', () => {
    const twice = ask(ask(fresh, NONCE.toString('hex'), at(0)), 'cd'.repeat(32), at(1));
    assert.equal(answered(twice, claim(), 2).verdict.verdict, 'unusable');
  });

  it('keeps what was proven when an answer proves nothing', () => {
    const before = trusted();
    const asked = ask(before, NONCE.toString('hex'), at(2_000));
    const broken = answered(asked, { ...claim(), quote: claim().quote.slice(2) }, 3_000);
    assert.deepEqual([broken.verdict.verdict, broken.standing], ['unusable', before]);
  });

  it('survives as JSON, and judges by the key that was enrolled whatever the policy names', () => {
    const standing = trusted();
    assert.deepEqual(Standing.parse(JSON.parse(JSON.stringify(standing))), standing);
    const other = { ...policy, key: 'ab'.repeat(34) };
    const asked = ask(standing, NONCE.toString('hex'), at(2_000));
    const judged = answer(asked, {
      claim: claim(),
      policy: other,
      now: at(3_000),
      today: new Date(),
      withinMs: WITHIN_MS,
    });
    assert.deepEqual([judged.verdict.verdict, judged.evidence?.policy.key], ['trusted', policy.key]);
  });

  it('counts boots on from the last proof only, so that evidence of an earlier boot is refused', () => {
    const asked = ask(fresh, NONCE.toString('hex'), at(0));
    const third = answered(asked, claim(NONCE, MACHINE.kernel, 3), 1).standing;
    const second = answered(ask(third, NONCE.toString('hex'), at(2)), claim(NONCE, MACHINE.kernel, 2), 3);
    assert.deepEqual(
      second.verdict.findings.map(({ code }) => code),
      ['GW_ATTEST_COUNTERS'],
    );
    assert.equal(second.standing.counters?.resetCount, 3);
  });

  it('is stale in another run of the verifier, whose clock says nothing about this one', () => {
    assert.equal(stateOf(trusted(), at(1_000, 'second'), FRESH_MS), 'stale');
    const late = answered(ask(fresh, NONCE.toString('hex'), at(0)), claim(), 1, 'second');
    assert.equal(late.verdict.findings[0]?.code, 'GW_ATTEST_NONCE');
  });

  /** Things that happen, in any order: also what nobody in his right mind would do. */
  const happening = fc.oneof(
    fc.record({ what: fc.constant('ask' as const), nonce: fc.nat({ max: 1 }) }),
    fc.record({
      what: fc.constant('answer' as const),
      ...{
        nonce: fc.nat({ max: 1 }),
        good: fc.boolean(),
        resetCount: fc.integer({ min: 1, max: 3 }),
        sane: fc.boolean(),
      },
    }),
    fc.record({ what: fc.constant('wait' as const), ms: fc.constantFrom(1, WITHIN_MS, FRESH_MS) }),
    fc.record({ what: fc.constant('boot' as const) }),
  );

  it('is never trusted without a good answer to an open question within the freshness, whatever happens', () => {
    const nonces = [1, 2].map(byte => Buffer.alloc(32, byte));
    const claims = new Map<string, Claim>();
    const claimed = (nonce: number, good: boolean, resetCount: number): Claim => {
      const name = `${nonce} ${good} ${resetCount}`;
      const made = claims.get(name) ?? claim(nonces[nonce], good ? MACHINE.kernel : 'evil', resetCount);
      claims.set(name, made);
      return made;
    };
    let trustedOnce = 0;
    fc.assert(
      fc.property(fc.array(happening, { minLength: 20, maxLength: 60 }), happenings => {
        let [standing, boot, ms] = [fresh, 0, 0];
        let open: { nonce: number; boot: number; ms: number } | undefined;
        let good: { boot: number; ms: number } | undefined;
        let boots = 0;
        for (const happened of happenings) {
          const now = () => at(ms, String(boot));
          if (happened.what === 'wait') ms += happened.ms;
          else if (happened.what === 'boot') [boot, ms] = [boot + 1, 0];
          else if (happened.what === 'ask') {
            standing = ask(standing, nonces[happened.nonce]?.toString('hex') ?? '', now());
            open = { nonce: happened.nonce, boot, ms };
          } else {
            const sound = claimed(happened.nonce, happened.good, happened.resetCount);
            const told = happened.sane ? sound : { ...sound, signature: sound.signature.slice(0, -2) };
            standing = answered(standing, told, ms, String(boot)).standing;
            if (open?.nonce !== happened.nonce) continue;
            const timely = open.boot === boot && ms - open.ms <= WITHIN_MS;
            open = undefined;
            if (!timely || !happened.sane || happened.resetCount < boots) continue;
            boots = happened.resetCount;
            good = happened.good ? { boot, ms } : undefined;
          }
          const isFresh = good?.boot === boot && ms - good.ms <= FRESH_MS;
          const trusted = stateOf(standing, now(), FRESH_MS) === 'trusted';
          assert.equal(trusted, isFresh);
          if (trusted) trustedOnce += 1;
          assert.equal(standing.counters?.resetCount ?? 0, boots);
        }
      }),
      { numRuns: 500, seed: 17 },
    );
    assert.ok(trustedOnce > 200, `${trustedOnce} moments were trusted`);
  });
});
