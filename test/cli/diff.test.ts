// `diff A B`, as somebody asks it who reviews a change of a drawing.
import assert from 'node:assert/strict';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';
import { reference, SINGLE_BOX, withFields } from './flows.ts';

describe('the difference of two drawings', () => {
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(() => home.remove());

  it('is nothing between a drawing and itself, and exits with 0', async () => {
    const { code, stdout } = await home.run(['diff', SINGLE_BOX, SINGLE_BOX]);
    assert.deepEqual([code, stdout], [0, 'Nothing differs. Both drawings ask for the same.\n']);
  });

  it('is told in words, or as a document, and exits with 1', async () => {
    const other = await home.file('b.json', withFields(reference('single-box'), 'vm', { memoryMiB: 512 }));
    const told = await home.run(['diff', SINGLE_BOX, other]);
    assert.equal(told.code, 1);
    assert.match(told.stdout, /^~ VM line-logger on cabinet-1\n {4}memory MiB: 128 → 512$/m);
    const ended = await home.run(['diff', SINGLE_BOX, other, '--json']);
    const { ok, resources } = documentOf(ended, 'diff');
    assert.equal(ok, false);
    assert.deepEqual(
      resources.map(({ address, changes }) => [address, changes]),
      [['vm.cabinet-1/line-logger', [{ field: 'memoryMiB', from: 128, to: 512 }]]],
    );
  });

  it('is not told of a drawing with errors, which is named with what is wrong', async () => {
    const faulty = await home.file('faulty.json', withFields(reference('single-box'), 'vm', { memoryMiB: 1 }));
    const { code, stdout } = await home.run(['diff', SINGLE_BOX, faulty]);
    assert.equal(code, 1);
    assert.match(stdout, /faulty\.json:\nerror: /);
    assert.match(stdout, /Correct it first\.\n$/);
    assert.doesNotMatch(stdout, /line-logger on cabinet-1/);
  });
});
