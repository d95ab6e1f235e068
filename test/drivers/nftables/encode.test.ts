// How rules become sets: few of them, in an order that keeps the meaning. No kernel needed.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Box, levelsOf } from '../../../runtime/drivers/nftables/encode/box.ts';
import { sideOf } from '../../../runtime/drivers/nftables/encode/layout.ts';
import { ruleSets } from '../../../runtime/drivers/nftables/encode/rule-sets.ts';
import { readFlags, readNames, readTable } from '../../../runtime/drivers/nftables/kernel/read.ts';
import { assignZones } from '../../../runtime/drivers/nftables/zones.ts';
import { link, type Rule, rule } from './policies.ts';

const EDGE = 'edge.cell-7/plant-edge.cell-a';
const sizes = (...rules: readonly Rule[]) =>
  ruleSets(link('guard', EDGE, 'to-port', ...rules), 'to').map(set => set.elements.length);
const tcp = (id: string, fields: Partial<Rule> = {}) => rule(id, { protocol: 'tcp', ports: ['502'], ...fields });

describe('rules as sets', () => {
  it('share one set when they differ only in addresses and ports', () => {
    assert.deepEqual(sizes(tcp('a', { sources: ['10.0.0.1/32'] }), tcp('b', { ports: ['503', '504'] })), [3]);
  });

  it('do not share a set across a rule of another action, protocol or kind', () => {
    assert.deepEqual(
      sizes(tcp('a'), tcp('b', { action: 'drop', ports: ['1'] }), tcp('c', { ports: ['2'] })),
      [1, 1, 1],
    );
    assert.deepEqual(sizes(tcp('a'), tcp('b', { protocol: 'udp' }), tcp('c', { ports: [] })), [1, 1, 1]);
  });

  it('go to a later set when they overlap an earlier rule, which decides first', () => {
    assert.deepEqual(
      sizes(tcp('a', { ports: ['500-510'] }), tcp('b', { ports: ['505'] }), tcp('c', { ports: ['520'] })),
      [2, 1],
    );
  });

  it('that are logged stand alone, so that the log can name them', () => {
    assert.deepEqual(sizes(tcp('a', { log: true }), tcp('b', { ports: ['1'] }), tcp('c', { ports: ['2'] })), [1, 2]);
  });

  it('are tested on the side their direction names', () => {
    const outward = link('guard', EDGE, 'to-port');
    const inward = link('guard', EDGE, 'from-port');
    const sides = [outward, inward].flatMap(each => [
      sideOf(rule('a'), each),
      sideOf(rule('b', { direction: 'inbound' }), each),
    ]);
    assert.deepEqual(sides, ['to', 'from', 'from', 'to']);
  });
});

describe('levels of boxes', () => {
  const range = fc
    .tuple(fc.nat({ max: 2_000 }), fc.constantFrom(0, 0, 0, 1, 255, 700))
    .map(([first, length]) => ({ first, last: first + length }));
  const boxes = fc.array(fc.tuple(range, range, range), { maxLength: 60 });
  const overlaps = (a: Box, b: Box) =>
    a.every((one, index) => one.first <= (b[index]?.last ?? -1) && (b[index]?.first ?? 0) <= one.last);

  it('put overlapping boxes on rising levels, and waste none', () => {
    fc.assert(
      fc.property(boxes, list => {
        const levels = levelsOf(list);
        for (const [index, box] of list.entries()) {
          const below = list.slice(0, index).flatMap((other, at) => (overlaps(other, box) ? [levels[at] ?? 0] : []));
          assert.equal(levels[index], below.length === 0 ? 0 : Math.max(...below) + 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('connection-tracking zones', () => {
  const segments = ['segment.cell-7/a', 'segment.cell-7/b'] as const;

  it('are never 0, never taken twice, and the same as before', () => {
    const first = assignZones(segments, new Map(), new Set());
    const values = Object.values(first);
    assert.ok(values.every(zone => zone >= 1 && zone <= 0xffff));
    assert.equal(new Set(values).size, 2);
    const moved = assignZones(segments, new Map(), new Set(values));
    assert.equal(
      Object.values(moved).some(zone => values.includes(zone)),
      false,
    );
  });
});

describe('reading what nft prints', () => {
  const cases: readonly unknown[] = [
    null,
    {},
    { nftables: {} },
    { nftables: [5] },
    { nftables: [{ table: { family: 'inet' } }] },
    { nftables: [{ rule: { chain: 'x' } }] },
    { nftables: [{ set: { family: 'inet', name: 'x', type: 'mark', elem: 'none' } }] },
  ];
  for (const listing of cases)
    it(`refuses ${JSON.stringify(listing)}`, () => {
      assert.throws(() => readTable(listing, 'inet'), { code: 'GW_HOST_UNEXPECTED' });
    });

  it('knows objects that it never makes by their kind and name', () => {
    const listing = {
      nftables: [{ metainfo: {} }, { table: { family: 'inet', name: 't' } }, { quota: { name: 'q' } }],
    };
    assert.deepEqual(readTable(listing, 'inet')?.others, ['quota q']);
  });

  it('reads names and flags from an outline, and takes no flags of a set for those of the table', () => {
    assert.deepEqual(readNames('table inet a\ntable ip b\ntable bridge c\n'), [
      { family: 'inet', name: 'a' },
      { family: 'bridge', name: 'c' },
    ]);
    assert.deepEqual(readFlags('table inet a {\n\tset s {\n\t\tflags interval\n\t}\n}\n'), []);
    assert.deepEqual(readFlags('table inet a {\n\tflags owner, dormant\n\tset s {\n'), ['owner', 'dormant']);
  });
});
