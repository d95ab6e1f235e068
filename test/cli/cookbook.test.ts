// What the cookbook of recordings shows is what comes out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Home, openHome } from './command.ts';

const PAGE = readFileSync(new URL('../../docs/cookbook-recordings.md', import.meta.url), 'utf8');
const FLOW = readFileSync(new URL('../../flows/connected-vehicle/flow.json', import.meta.url), 'utf8');

/** The text of a block of the page, by what stands behind its fence. */
function blockOf(kind: string): string {
  const block = new RegExp(`^\`\`\`${kind}\\n([^\`]*)^\`\`\``, 'm').exec(PAGE)?.[1];
  assert.ok(block !== undefined, `the page has a block ${kind}`);
  return block;
}

describe('the cookbook of recordings', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('shows what its command says about its recording', async () => {
    const [, from = '', to = ''] = /from `([\w-]+)` to `([\w-]+)`/.exec(PAGE) ?? [];
    assert.ok(FLOW.includes(`"${from}"`) && from !== to);
    await home.file('monday.log', blockOf(''));
    await home.file('narrower.json', FLOW.replace(`"${from}"`, `"${to}"`));
    const [prompt = '', ...shown] = blockOf('console').split('\n');
    const [dollar, gatewright, ...words] = prompt.split(' ');
    assert.deepEqual([dollar, gatewright], ['$', 'gatewright']);
    const own = ['monday.log', 'narrower.json'];
    const { code, stdout } = await home.run(words.map(word => (own.includes(word) ? join(home.folder, word) : word)));
    assert.deepEqual([code, stdout.replaceAll(`${home.folder}/`, '').split('\n')], [1, shown]);
  });
});
