// Evidence in which a little is changed, thousands of times: none is trusted, none makes the verifier fall over.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { bootOf, logOf, MACHINE } from './boot-log.ts';
import { softwareTpm } from './software-evidence.ts';

const FIELDS = ['quote', 'signature', 'key', 'nonce'] as const;
/** How many changed pieces of evidence are tried; more for a long run. */
const RUNS = Number(process.env.GATEWRIGHT_MUTATIONS ?? 5_000);

function changed(hex: string, place: number, flip: number): string {
  const bytes = Buffer.from(hex, 'hex');
  const at = place % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ flip;
  return bytes.toString('hex');
}

describe('changed evidence', function () {
  this.timeout(Math.max(60_000, RUNS * 10));
  const sound = parseEvidence(softwareTpm().evidence(logOf(bootOf(MACHINE)), Buffer.alloc(32, 3)));

  it('is never trusted, whichever byte of quote, signature, key or nonce is another one', () => {
    assert.equal(verify(sound).verdict, 'trusted');
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), fc.nat(), fc.integer({ min: 1, max: 255 }), (field, place, flip) => {
        const { verdict } = verify({ ...sound, [field]: changed(sound[field], place, flip) });
        assert.equal(verdict, 'unusable');
      }),
      { numRuns: RUNS },
    );
  });

  it('is only trusted after a change in the log when that changed nothing that was measured', () => {
    const log = Buffer.from(sound.log ?? '', 'base64');
    fc.assert(
      fc.property(fc.nat({ max: log.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const copy = Buffer.from(log);
        copy[place] = (copy[place] ?? 0) ^ flip;
        const { verdict, findings } = verify({ ...sound, log: copy.toString('base64') });
        assert.notEqual(verdict, 'mismatch', 'the machine is the one that is trusted, whatever the log says');
        for (const { code } of findings) assert.match(code, /^GW_ATTEST_(LOG|MALFORMED)$/);
      }),
      { numRuns: Math.min(RUNS, 5_000) },
    );
  });
});
