// What lives once in a process however many hold it: opened by the first, closed by the last, and never two at once.
import assert from 'node:assert/strict';
import { createCables } from '../../runtime/host/cables.ts';
import { Shared } from '../../runtime/host/shared.ts';

describe('something that several connections share', () => {
  const made = () => {
    const heard: string[] = [];
    const closing = Promise.withResolvers<void>();
    const shared = new Shared<{ name: string; close(): Promise<void> }>();
    const open =
      (name: string, closes: Promise<void> = Promise.resolve()) =>
      async () => {
        heard.push(`open ${name}`);
        return {
          name,
          async close() {
            heard.push(`close ${name}`);
            await closes;
            heard.push(`closed ${name}`);
          },
        };
      };
    return { heard, closing, shared, open };
  };

  it('is opened by the first to hold it and closed by the last to let go, however often that one says so', async () => {
    const { heard, shared, open } = made();
    const cables = createCables();
    const [a, b] = await Promise.all([shared.hold(cables, 'x', open('a')), shared.hold(cables, 'x', open('b'))]);
    assert.equal(a.value, b.value);
    await Promise.all([a.release(), a.release()]);
    assert.deepEqual(heard, ['open a']);
    await b.release();
    assert.deepEqual(heard, ['open a', 'close a', 'closed a']);
  });

  it('is another one for other cables and for another key', async () => {
    const { heard, shared, open } = made();
    const cables = createCables();
    await shared.hold(cables, 'x', open('a'));
    await shared.hold(cables, 'y', open('b'));
    await shared.hold(createCables(), 'x', open('c'));
    assert.deepEqual(heard, ['open a', 'open b', 'open c']);
  });

  it('is opened anew only when the one before has closed', async () => {
    const { heard, closing, shared, open } = made();
    const cables = createCables();
    const first = await shared.hold(cables, 'x', open('a', closing.promise));
    const released = first.release();
    const second = shared.hold(cables, 'x', open('b'));
    await Promise.resolve();
    assert.deepEqual(heard, ['open a', 'close a']);
    closing.resolve();
    await released;
    assert.equal((await second).value.name, 'b');
    assert.deepEqual(heard, ['open a', 'close a', 'closed a', 'open b']);
  });

  it('is opened by the next one when it could not be opened', async () => {
    const { shared, open } = made();
    const cables = createCables();
    await assert.rejects(
      shared.hold(cables, 'x', async () => assert.fail('no')),
      /no/,
    );
    assert.equal((await shared.hold(cables, 'x', open('b'))).value.name, 'b');
  });
});
