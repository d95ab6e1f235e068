import assert from 'node:assert/strict';
import { decisionOfTag, ruleOf, verdictOf } from '../../../runtime/lanes/filter/decision.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { checkGraph } from '../../../runtime/lanes/segment/checked-graph.ts';
import { inFlightOf } from '../../../runtime/lanes/segment/counters.ts';
import type { LaneGraph, LaneNode } from '../../../runtime/lanes/segment/graph.ts';
import { numberText } from '../../../runtime/lanes/segment/source.ts';
import {
  bench,
  byteRule,
  count,
  cut,
  fanOut,
  filter,
  frame,
  mark,
  merge,
  portIn,
  portOut,
  rewrite,
  tap,
  wires,
} from './graphs.ts';

const graph = (nodes: LaneNode[], ...texts: string[]): LaneGraph => ({ nodes, wires: wires(...texts) });
const accept = { action: 'accept' } as const;
const bytesOf = (frames: readonly { readonly bytes: Uint8Array }[]) => frames.map(({ bytes }) => [...bytes]);

describe('a segment', () => {
  it('lets through what its filter accepts, answers what it rejects, and counts at every node', () => {
    const program = byteRule(0, [5, 5], accept);
    program.rules.push({ ...byteRule(0, [6, 6], { action: 'reject', answer: 2 }).rules[0], id: 'no' } as never);
    const lane = bench(
      graph(
        [portIn('in'), filter('wall', program), count('seen'), portOut('out'), portOut('answers')],
        'in wall',
        'wall seen',
        'wall 1 answers',
        'seen out',
      ),
    );
    lane.run(0, [frame(5, 1), frame(6, 2), frame(7, 3), frame(5, 4)]);
    assert.deepEqual(bytesOf(lane.left('out')), [
      [5, 1],
      [5, 4],
    ]);
    assert.deepEqual(lane.left('answers'), [{ bytes: Uint8Array.of(6, 2), mark: 0, tag: 2 }]);
    const wall = lane.table.figures('wall');
    assert.deepEqual([wall?.rx, wall?.tx, wall?.dropFilter, wall?.rejected], [4, 3, 1, 1]);
    assert.deepEqual([lane.table.figures('seen')?.rx, lane.table.figures('in')?.bytes], [2, 8]);
  });

  it('shows what is logged on a way of its own, with the rule that decided and what it said', () => {
    const program = byteRule(0, [5, 6], accept);
    program.rules.push({ ...byteRule(0, [7, 7], { action: 'reject', answer: 2 }).rules[0], id: 'no' } as never);
    const logging = {
      rules: program.rules.map(rule => ({ ...rule, log: true })),
      otherwise: { ...program.otherwise, log: true },
    };
    const nodes = [portIn('in', true), filter('wall', logging), mark('seen', 9), portOut('out'), tap('log')];
    const lane = bench(graph(nodes, 'in wall', 'wall seen', 'seen out', 'wall 2 log'));
    lane.run(0, [frame(5), frame(7), frame(8)]);
    const log = lane.left('log').map(({ bytes, mark: marked, tag }) => {
      const decision = decisionOfTag(tag);
      return [bytes[0], marked, ruleOf(decision), verdictOf(decision).action];
    });
    assert.deepEqual(log, [
      [5, 0, 0, 'accept'],
      [7, 0, 1, 'reject'],
      [8, 0, -1, 'drop'],
    ]);
    assert.deepEqual(bytesOf(lane.left('out')), [[5]]);
    const wall = lane.table.figures('wall');
    assert.deepEqual([wall?.rx, wall?.tx, wall?.dropFilter, wall?.logged], [3, 1, 2, 3]);
  });

  it('drops what is rejected when nobody answers, and what leads nowhere', () => {
    const reject = byteRule(0, [6, 6], { action: 'reject', answer: 2 });
    const lane = bench(
      graph([portIn('in'), fanOut('both'), filter('wall', reject), count('end')], 'in both', 'both wall', 'both end'),
    );
    lane.run(0, [frame(6), frame(7)]);
    assert.equal(lane.table.figures('wall')?.dropFilter, 2);
    assert.equal(lane.table.figures('end')?.dropNobody, 2);
  });

  // What node-red#5953 is about: a Buffer in a message that went two ways is one and the same for both.
  it('never lets what one branch writes be seen by another', () => {
    const lane = bench(
      graph(
        [
          portIn('in'),
          fanOut('both'),
          rewrite('unit', 1, 99),
          mark('flag', 7),
          portOut('changed'),
          portOut('kept'),
          tap('look'),
        ],
        'in both',
        'both unit',
        'unit flag',
        'flag changed',
        'both kept',
        'both look',
      ),
    );
    lane.run(0, [frame(1, 2, 3), frame(4, 5, 6)]);
    assert.deepEqual(bytesOf(lane.left('changed')), [
      [1, 99, 3],
      [4, 99, 6],
    ]);
    for (const other of ['kept', 'look']) {
      assert.deepEqual(bytesOf(lane.left(other)), [
        [1, 2, 3],
        [4, 5, 6],
      ]);
      assert.deepEqual(
        lane.left(other).map(each => each.mark),
        [0, 0],
      );
    }
    assert.deepEqual([...lane.incoming(0, 3)], [1, 2, 3], 'nor by who else reads the ring');
    assert.deepEqual(
      ['unit', 'flag'].map(id => lane.table.figures(id)?.copied),
      [2, 0],
      'one copy for all that the branch writes',
    );
  });

  it('copies nothing where nobody writes, or the writer is alone', () => {
    const reading = bench(
      graph(
        [portIn('in'), fanOut('both'), portOut('a'), portOut('b'), tap('c')],
        'in both',
        'both a',
        'both b',
        'both c',
      ),
    );
    reading.run(0, [frame(1)]);
    const slots = reading.segment.lists.map(({ burst }) => burst.slot(0));
    assert.deepEqual(slots, [0, 0, 0], 'all have the slot it came in');
    const alone = bench(graph([portIn('in', true), rewrite('set', 0, 9), portOut('out')], 'in set', 'set out'));
    alone.run(0, [frame(1)]);
    assert.deepEqual([alone.table.figures('set')?.copied, ...alone.incoming(0, 1)], [0, 9]);
  });

  it('lets the last of several writers write in place when all before have copies, and not when one has none', () => {
    const nodes = [
      portIn('in', true),
      fanOut('both'),
      rewrite('x', 0, 7),
      rewrite('y', 0, 8),
      portOut('a'),
      portOut('b'),
    ];
    const two = bench(graph(nodes, 'in both', 'both x', 'both y', 'x a', 'y b'));
    two.run(0, [frame(1)]);
    assert.deepEqual([...bytesOf(two.left('a')), ...bytesOf(two.left('b'))], [[7], [8]]);
    assert.deepEqual([two.table.figures('x')?.copied, two.table.figures('y')?.copied], [1, 0]);
    const three = bench(graph([...nodes, tap('c')], 'in both', 'both x', 'both c', 'both y', 'x a', 'y b'));
    three.run(0, [frame(1)]);
    assert.deepEqual(
      [...bytesOf(three.left('a')), ...bytesOf(three.left('b')), ...bytesOf(three.left('c'))],
      [[7], [8], [1]],
    );
    assert.equal(three.table.figures('y')?.copied, 1);
  });

  it('keeps the order of frames that went different ways and met again', () => {
    const lane = bench(
      graph(
        [
          portIn('in'),
          filter('even', byteRule(0, [2, 2], accept)),
          fanOut('all'),
          mark('one', 1),
          merge('again'),
          portOut('out'),
        ],
        'in all',
        'all even',
        'even one',
        'one again',
        'all again',
        'again out',
      ),
    );
    lane.run(0, [frame(1, 0), frame(2, 1), frame(3, 2), frame(2, 3)]);
    assert.deepEqual(
      lane.left('out').map(each => [each.bytes[1], each.mark]),
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [2, 0],
        [3, 1],
        [3, 0],
      ],
    );
  });

  it('shortens frames for one branch alone, and drops frames too short for what is to be written', () => {
    const lane = bench(
      graph(
        [portIn('in'), fanOut('both'), cut('two', 2), rewrite('third', 2, 9), portOut('short'), portOut('long')],
        'in both',
        'both two',
        'two short',
        'both third',
        'third long',
      ),
    );
    lane.run(0, [frame(1, 2, 3), frame(1, 2)]);
    assert.deepEqual(bytesOf(lane.left('short')), [
      [1, 2],
      [1, 2],
    ]);
    assert.deepEqual(bytesOf(lane.left('long')), [[1, 2, 9]]);
    assert.equal(lane.table.figures('third')?.dropMalformed, 1);
  });

  it('shows a tap every so many of the frames it asks for', () => {
    const lane = bench(graph([portIn('in'), tap('look', 3, byteRule(0, [1, 1], accept))], 'in look'));
    const frames = Array.from({ length: 20 }, (_, index) => frame(index % 2, index));
    lane.run(0, frames);
    lane.run(0, frames);
    assert.deepEqual(
      lane.left('look').map(each => each.bytes[1]),
      [3, 9, 15],
      'it goes on counting from burst to burst',
    );
    assert.equal(inFlightOf(lane.table.figures('look') as never), 6, 'picked and not yet sent');
  });

  it('makes long chains into several functions', () => {
    const nodes = [portIn('in'), ...Array.from({ length: 40 }, (_, index) => count(`c${index}`)), portOut('out')];
    const texts = nodes.slice(1).map((node, index) => `${nodes[index]?.id} ${node.id}`);
    const lane = bench(graph(nodes, ...texts));
    lane.run(0, [frame(1), frame(2)]);
    lane.run(0, [frame(3)]);
    assert.deepEqual(bytesOf(lane.left('out')), [[3]]);
    assert.equal(lane.table.figures('c39')?.tx, 3);
    assert.equal(lane.segment.source.match(/^function p/gm)?.length, 3);
  });

  it('runs fewer frames in one go when one frame may need many copies', () => {
    const writers = Array.from({ length: 16 }, (_, index) => [mark(`m${index}`, index), portOut(`o${index}`)]).flat();
    const texts = Array.from({ length: 16 }, (_, index) => [`in m${index}`, `m${index} o${index}`]).flat();
    assert.equal(bench(graph([portIn('in'), ...writers], ...texts)).segment.entries[0]?.most, BURST / 2);
  });
});

describe('a graph of a lane', () => {
  const problems: readonly [string, LaneGraph, RegExp][] = [
    ['a loop', graph([portIn('in'), merge('m'), count('c')], 'in m', 'm c', 'c m'), /lead back .*m, c/],
    ['a wire without an end', graph([portIn('in')], 'in nowhere'), /a wire from in to nowhere has no end/],
    ['a wire that is there twice', graph([portIn('in'), count('c')], 'in c', 'in c'), /there twice/],
    ['two nodes of one id', graph([portIn('in'), count('in')]), /the node in is there twice/],
    [
      'an output that is none',
      graph([portIn('in'), count('c'), portOut('o')], 'in c', 'c 1 o'),
      /count c has no output 1/,
    ],
    ['a wire into a port in', graph([portIn('in'), portIn('b')], 'in b'), /port-in b has no input/],
    ['a wire out of a port out', graph([portOut('o'), count('c')], 'o c'), /port-out o has no output 0/],
    [
      'a frame that becomes too many',
      graph(
        [portIn('p0'), ...[1, 2, 3, 4, 5, 6, 7].flatMap(n => [count(`a${n}`), count(`b${n}`), merge(`p${n}`)])],
        ...[1, 2, 3, 4, 5, 6, 7].flatMap(n => [`p${n - 1} a${n}`, `p${n - 1} b${n}`, `a${n} p${n}`, `b${n} p${n}`]),
      ),
      /one frame comes to p7 too often/,
    ],
  ];
  for (const [what, wrong, says] of problems)
    it(`is refused with ${what}`, () => assert.throws(() => checkGraph(wrong), says));

  it('is refused when it is not what the schema says', () => {
    assert.throws(() => checkGraph({ nodes: [{ id: 'a', kind: 'count', more: 1 }], wires: [] }));
    assert.throws(() => checkGraph(graph([rewrite('r', 0, 256)])));
    assert.throws(() => checkGraph(graph([cut('c', 1.5)])));
  });

  it('gets nothing but whole numbers into the source', () => {
    const evil = '"];globalThis.broken=1;//';
    const lane = bench(graph([portIn(evil), portOut(`${evil}\n`)], ...[]));
    assert.ok(!lane.segment.source.includes('broken'));
    assert.throws(() => numberText('1;x' as unknown as number), TypeError);
    assert.throws(() => numberText(0.5), TypeError);
    assert.equal(numberText(-5), '(-5)');
  });
});
