// Verdicts that are kept: each follows again from its record, and no record can be changed or taken away unseen.
import assert from 'node:assert/strict';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { type Kept, nextRecord, parseRecord, review } from '../../runtime/attest/history.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { bootOf, logOf, MACHINE } from './boot-log.ts';
import { softwareTpm } from './software-evidence.ts';

const AT = new Date('2026-03-01T10:00:00Z');

describe('a history of verdicts', () => {
  const tpm = softwareTpm();
  const of = (kernel: string) => tpm.evidence(logOf(bootOf({ ...MACHINE, kernel })), Buffer.alloc(32, 2));
  const { policy } = of(MACHINE.kernel);
  const records: Kept[] = [];
  before(() => {
    for (const kernel of [MACHINE.kernel, 'evil', MACHINE.kernel]) {
      const evidence = parseEvidence({ ...of(kernel), policy });
      records.push(nextRecord(records.at(-1), evidence, verify(evidence), AT));
    }
  });
  const at = (number: number) => records[number - 1] ?? assert.fail(`record ${number}`);
  const changed = (number: number, from: string, to: string): Kept => {
    assert.ok(at(number).text.includes(from));
    return { number, text: at(number).text.replace(from, to) };
  };

  it('follows again from its records, one after the other', () => {
    const reviewed = records.map((record, index) => review(record, records[index - 1]));
    assert.deepEqual(
      reviewed.map(({ record, doubts }) => [record.number, record.verdict, record.findings[0]?.component, doubts]),
      [
        [1, 'trusted', undefined, []],
        [2, 'mismatch', 'kernel', []],
        [3, 'trusted', undefined, []],
      ],
    );
    assert.equal(parseRecord(at(1).text).at, AT.toISOString());
  });

  it('may have lost its beginning, which is removed when there is no more room', () =>
    assert.deepEqual(review(at(2), undefined).doubts, []));

  it('shows a verdict that was changed, and evidence that was', () => {
    const better = review(changed(2, '"verdict":"mismatch"', '"verdict":"trusted"'), at(1));
    assert.deepEqual(better.doubts, ['Its evidence is mismatch now, and was trusted then.']);
    const { signature } = of('evil');
    const other = { number: 1, text: at(1).text.replace(/"signature":"[0-9a-f]+"/, `"signature":"${signature}"`) };
    assert.deepEqual(review(other, undefined).doubts, ['Its evidence is unusable now, and was trusted then.']);
  });

  it('shows in the next record that one was changed, taken out, or put in', () => {
    const broken = ['It does not continue the record before it: one of them was changed.'];
    assert.deepEqual(review(at(3), changed(2, '10:00:00', '11:00:00')).doubts, broken);
    assert.deepEqual(review(at(3), at(1)).doubts, broken);
    const again = nextRecord(at(1), parseRecord(at(3).text).evidence, verify(parseRecord(at(3).text).evidence), AT);
    assert.deepEqual(review(at(3), again).doubts, broken);
    const renumbered = { number: 2, text: at(3).text };
    assert.deepEqual(review(renumbered, at(1)).doubts, ['It says that it is record 3.', ...broken]);
    const { before: _before, ...first } = JSON.parse(at(2).text) as { before: string };
    assert.deepEqual(review({ number: 2, text: JSON.stringify(first) }, undefined).doubts, broken);
  });

  it('refuses what is no record, with the place', () => {
    for (const text of [
      '',
      '{',
      '{}',
      at(1).text.replace('"number":1', '"number":0'),
      at(1).text.replace('"bank"', '"tank"'),
    ])
      assert.throws(() => parseRecord(text), {
        code: 'GW_ATTEST_EVIDENCE',
        message: /^this is not a record of a verdict: /,
      });
  });
});
