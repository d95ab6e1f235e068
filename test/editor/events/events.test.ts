import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { eventsFeed } from '../../../editor/sidebar/events/events-feed.ts';
import { csvOf, jsonOf } from '../../../editor/sidebar/events/export.ts';
import { choicesOf, EVERYTHING, filtered, THE_GATEWAYS, TROUBLE } from '../../../editor/sidebar/events/filter.ts';
import { KnownEvents } from '../../../editor/sidebar/events/known-events.ts';
import { whenText } from '../../../editor/time-text.ts';
import type { EventsPart, LoggedEvent } from '../../../runtime/platform/logged-event.ts';

const HOUR_MS = 3_600_000;
const event = (atMs: number, changes: Partial<LoggedEvent> = {}): LoggedEvent => ({
  ...{ atMs, severity: 'info', kind: 'apply', text: 'plan 12' },
  ...changes,
});
const part = (events: readonly LoggedEvent[], changes: Partial<EventsPart> = {}): EventsPart => ({
  ...{ run: 'a', next: events.length, events, whole: false },
  ...changes,
});
const times = (events: readonly LoggedEvent[]) => events.map(({ atMs }) => atMs);

describe('the events a browser knows', () => {
  it('are in order, the newest first, wherever they come from', () => {
    const known = new KnownEvents();
    known.take(part([event(1), event(5)], { whole: true }));
    known.take(part([event(3)]));
    assert.deepEqual(times(known.newestFirst), [5, 3, 1]);
  });

  it('are replaced by a whole answer, for the platform began anew', () => {
    const known = new KnownEvents();
    known.take(part([event(1)], { whole: true }));
    known.take(part([event(2)], { whole: true, run: 'b', next: 7 }));
    assert.deepEqual([times(known.newestFirst), known.cursor], [[2], { run: 'b', after: 7 }]);
  });

  it('do not grow without bound', () => {
    const known = new KnownEvents();
    for (let round = 0; round < 10; round += 1)
      known.take(part(Array.from({ length: 1_000 }, (_, index) => event(round * 1_000 + index))));
    assert.deepEqual([known.newestFirst.length, known.newestFirst[0]?.atMs], [5_000, 9_999]);
  });

  it('keep their numbers, so that rows stay the same', () => {
    const known = new KnownEvents();
    known.take(part([event(1)], { whole: true }));
    const [before] = known.newestFirst;
    known.take(part([event(2)]));
    assert.equal(known.newestFirst[1], before);
    assert.equal(known.take(part([])), false, 'nothing new');
  });
});

describe('the filter of events', () => {
  const now = 100 * HOUR_MS;
  const all = [
    event(now - 1, { gateway: 'cell-7', user: 'ann', text: 'plan 12' }),
    event(now - 2 * HOUR_MS, { gateway: 'cell-8', kind: 'alarm', severity: 'error', text: 'Disk is full' }),
    event(now - 50 * HOUR_MS, { gateway: 'cell-7', kind: 'drift', severity: 'warning', text: 'differs' }),
  ];
  const shown = (changes: Partial<typeof EVERYTHING>) =>
    filtered(all, { ...EVERYTHING, ...changes }, now).map(one => all.indexOf(one));

  it('lets everything through when nothing is chosen', () => assert.deepEqual(shown({}), [0, 1, 2]));
  it('finds all words of a text, in any order and case', () => {
    assert.deepEqual(shown({ text: 'FULL disk' }), [1]);
    assert.deepEqual(shown({ text: 'cell-7' }), [0, 2]);
    assert.deepEqual(shown({ text: 'disk nothing' }), []);
  });
  it('chooses by kind, by trouble, by gateway and by age', () => {
    assert.deepEqual(shown({ kind: 'drift' }), [2]);
    assert.deepEqual(shown({ kind: TROUBLE }), [1, 2]);
    assert.deepEqual(shown({ gateway: 'cell-8' }), [1]);
    assert.deepEqual(shown({ withinMs: HOUR_MS }), [0]);
  });
  it('chooses by who did it, and what nobody did', () => {
    assert.deepEqual(shown({ who: 'ann' }), [0]);
    assert.deepEqual(shown({ who: THE_GATEWAYS }), [1, 2]);
  });
  it('offers what there is, each once', () => {
    assert.deepEqual(choicesOf([...all, ...all]), {
      kinds: ['alarm', 'apply', 'drift'],
      gateways: ['cell-7', 'cell-8'],
      users: ['ann'],
    });
  });
});

describe('events as files', () => {
  it('are a table in which no cell is a formula, and none leaves its cell', () => {
    const text = csvOf([event(0, { user: '=HYPERLINK("x")', text: 'a, "b"\nc' }), event(1, { text: '-1' })]);
    assert.equal(
      text,
      '\uFEFFtime,severity,kind,gateway,user,address,text\r\n' +
        '1970-01-01T00:00:00.000Z,info,apply,,"\'=HYPERLINK(""x"")",,"a, ""b""\nc"\r\n' +
        "1970-01-01T00:00:00.001Z,info,apply,,,,'-1\r\n",
    );
  });
  it('are JSON with the same fields, without ids of this editor', () => {
    const [first] = JSON.parse(jsonOf([event(0, { gateway: 'cell-7', node: 'f00' })]));
    assert.deepEqual(first, {
      ...{ time: '1970-01-01T00:00:00.000Z', severity: 'info', kind: 'apply', gateway: 'cell-7', text: 'plan 12' },
    });
  });
});

describe('the time of an event', () => {
  const words = (key: string, values?: object) => `${key} ${JSON.stringify(values)}`;
  it('is relative under a day and a moment above', () => {
    assert.match(whenText(0, 3 * HOUR_MS, words), /^traffic\.ago\.hours {"count":3}$/);
    assert.doesNotMatch(whenText(0, 24 * HOUR_MS, words), /ago/);
  });
});

describe('the feed of events', () => {
  it('asks only while somebody looks, one request at a time, and goes on from what it has', async () => {
    const asked: unknown[] = [];
    const answers: ((part: EventsPart) => void)[] = [];
    const timers: (() => void)[] = [];
    const known = new KnownEvents();
    const feed = eventsFeed({
      known,
      ask(cursor) {
        asked.push(cursor);
        return new Promise(resolve => answers.push(resolve));
      },
      answered: () => {},
      later(run) {
        timers.push(run);
        return () => void timers.splice(timers.indexOf(run), 1);
      },
    });
    feed.refresh();
    assert.equal(asked.length, 0, 'nobody looks');
    feed.watch(true);
    feed.refresh();
    feed.refresh();
    assert.deepEqual(asked, [undefined]);
    answers[0]?.(part([event(1)], { whole: true, next: 4 }));
    await setImmediate();
    for (const run of timers.splice(0)) run();
    assert.deepEqual(asked, [undefined, { run: 'a', after: 4 }]);
    feed.watch(false);
    answers[1]?.(part([]));
    await setImmediate();
    for (const run of timers.splice(0)) run();
    assert.deepEqual([asked.length, timers.length], [2, 0], 'and none is due');
  });
});
