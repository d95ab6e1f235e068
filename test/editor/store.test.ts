import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { createStore } from '../../editor/store.ts';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';

const stateOf = (revision: number): PlatformState => ({ revision, diagnostics: [], gateways: [] });

/** A store over answers the test gives, with a timer the test turns. */
function open() {
  const answers: { give: (state: PlatformState) => void; fail: () => void }[] = [];
  const timers: (() => void)[] = [];
  const client = {
    state: () =>
      new Promise<PlatformState>((resolve, reject) => {
        answers.push({ give: resolve, fail: () => reject(new Error('away')) });
      }),
  };
  const store = createStore(client, run => void timers.push(run));
  const tick = () => {
    for (const run of timers.splice(0)) run();
  };
  return { store, answers, tick };
}

describe('the state in the browser', () => {
  it('asks once for many announcements', async () => {
    const { store, answers, tick } = open();
    for (const revision of [1, 2, 3]) store.announced(revision);
    assert.equal(answers.length, 1);
    answers[0]?.give(stateOf(3));
    await setImmediate();
    assert.equal(answers.length, 1, 'not before its time');
    tick();
    assert.equal(answers.length, 2, 'once more for what was announced meanwhile');
  });

  it('does not ask for a revision it has', async () => {
    const { store, answers, tick } = open();
    store.refresh();
    answers[0]?.give(stateOf(7));
    await setImmediate();
    tick();
    store.announced(7);
    assert.equal(answers.length, 1);
    assert.equal(store.state?.revision, 7);
  });

  it('keeps the last state and says so when the platform is away', async () => {
    const { store, answers, tick } = open();
    let told = 0;
    store.onChange(() => {
      told += 1;
    });
    store.refresh();
    answers[0]?.give(stateOf(1));
    await setImmediate();
    tick();
    store.refresh();
    answers[1]?.fail();
    await setImmediate();
    assert.deepEqual([store.reachable, store.state?.revision, told], [false, 1, 2]);
    tick();
    store.refresh();
    answers[2]?.give(stateOf(1));
    await setImmediate();
    assert.equal(store.reachable, true);
  });

  it('takes over the state of a platform that started anew with lower numbers', async () => {
    const { store, answers, tick } = open();
    store.refresh();
    answers[0]?.give(stateOf(90));
    await setImmediate();
    tick();
    store.announced(2);
    answers[1]?.give(stateOf(2));
    await setImmediate();
    assert.equal(store.state?.revision, 2);
  });
});
