import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatTag, parseTag, type Tag } from '../../runtime/model/tag.ts';

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/);
const tag = fc.record(
  {
    address: fc.tuple(name, name).map(([gateway, own]) => `port.${gateway}/${own}.eth0` as const),
    generation: fc.nat(),
    facts: fc.dictionary(fc.stringMatching(/^[a-z]{1,16}$/), fc.stringMatching(/^[\w.,:/-]{0,40}$/), {
      minKeys: 1,
      maxKeys: 12,
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['address', 'generation'], noNullPrototype: true },
);

describe('a tag', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(tag, written => assert.deepEqual(parseTag(formatTag(written as Tag)), written)),
      { numRuns: 200 },
    );
  });

  it('reads the line that other parts of the real system show', () => {
    assert.deepEqual(parseTag('gatewright:segment.cell-7/cell-a;generation=4;tenant=vendor-a;vswitch=cell-a'), {
      address: 'segment.cell-7/cell-a',
      generation: 4,
      facts: { tenant: 'vendor-a', vswitch: 'cell-a' },
    });
  });

  for (const text of [
    '',
    'uplink to hall 3',
    'gatewright:segment.cell-7/cell-a',
    'gatewright:disk.cell-7/a;generation=1',
    'gatewright:segment.cell-7/cell-a;generation=-1',
    'gatewright:segment.cell-7/cell-a;generation=1;Tenant=a',
    'gatewright:segment.cell-7/cell-a;generation=1;tenant=a b',
    'gatewright:segment.cell-7/cell-a;generation=1;',
    'gatewright:segment.cell-7/cell-a;generation=1\n',
    ' gatewright:segment.cell-7/cell-a;generation=1',
  ])
    it(`takes ${JSON.stringify(text)} for someone else's`, () => assert.equal(parseTag(text), undefined));
});
