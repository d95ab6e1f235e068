// What recipes show is what their commands print.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../../scripts/build.ts';
import { commandsOf, MARK, tryCommands } from './tried-blocks.ts';

const recipes = readdirSync(`${ROOT}docs`)
  .map(file => ({ file, text: file.endsWith('.md') ? readFileSync(`${ROOT}docs/${file}`, 'utf8') : '' }))
  .filter(({ text }) => text.includes(MARK));

describe('the cookbook', function () {
  this.timeout(180_000);

  it('has recipes with commands', () => {
    assert.ok(recipes.length >= 4);
    for (const { file, text } of recipes) assert.ok(commandsOf(text).length >= 2, file);
  });

  for (const { file, text } of recipes)
    it(`shows in ${file} what its commands print`, () => {
      const tried = tryCommands(ROOT, text);
      assert.deepEqual(
        tried.map(({ command, printed }) => ({ command, prints: printed })),
        tried.map(({ command, shown }) => ({ command, prints: shown })),
      );
    });
});
