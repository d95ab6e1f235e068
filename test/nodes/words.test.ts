// Every field, choice and column of every node has words in every language, and no word is without use.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { nodeFolders } from '../../scripts/build/node-folder.ts';
import { LANGUAGES, nodeCatalogue } from '../../scripts/build/node-set.ts';
import { ROOT } from '../../scripts/build.ts';

const folders = nodeFolders(ROOT);

function keysOf(words: object, path = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value, `${path}${key}.`) : [`${path}${key}`],
  );
}

/** `__name__` in each word, by key: where a value goes in. */
function placesOf(words: object): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object'
      ? placesOf(value)
      : [`${key}: ${[...String(value).matchAll(/__\w+?__/g)].map(match => match[0]).sort()}`],
  );
}

function editorSources(): string[] {
  const files = readdirSync(`${ROOT}editor`, { recursive: true, encoding: 'utf8' });
  return files.filter(file => file.endsWith('.ts')).map(file => readFileSync(`${ROOT}editor/${file}`, 'utf8'));
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`${ROOT}${path}`, 'utf8'));
}

describe('the words of the pack', () => {
  it('were found', () => assert.equal(folders.length, NODE_TYPES.length));

  for (const file of ['shared', 'sidebar'])
    it(`has the same keys and places for values in every language: ${file}`, () => {
      const [first, ...others] = LANGUAGES.map(language => readJson(`editor/locales/${language}/${file}.json`));
      for (const other of others) assert.deepEqual(keysOf(other).sort(), keysOf(first ?? {}).sort());
      for (const other of others) assert.deepEqual(placesOf(other), placesOf(first ?? {}));
    });

  it('has every word the plugin asks for by name', () => {
    const keys = new Set(keysOf(readJson('editor/locales/en-US/sidebar.json')));
    const asked = editorSources().flatMap(text =>
      [...text.matchAll(/\bwords\('([\w.]+)'/g)].map(match => match[1] ?? ''),
    );
    assert.ok(asked.length > 20);
    assert.deepEqual(
      asked.filter(key => !keys.has(key)),
      [],
    );
  });

  for (const folder of folders) {
    const { name, path } = folder;
    it(`has the same keys in every language: ${name}`, () => {
      const [first, ...others] = LANGUAGES.map(language => keysOf(nodeCatalogue(ROOT, folder, language)).sort());
      for (const other of others) assert.deepEqual(other, first);
    });

    it(`names everything its form shows: ${name}`, () => {
      const keys = new Set(keysOf(nodeCatalogue(ROOT, folder, 'en-US')));
      const form = readFileSync(`${path}/${name}.form.html`, 'utf8');
      const used = [...form.matchAll(/data-i18n="(?:\[placeholder\])?([^"]+)"/g)].map(match => match[1] ?? '');
      assert.ok(used.length > 0);
      assert.deepEqual(
        used.filter(key => !keys.has(key)),
        [],
      );
    });

    it(`names every column and choice of its lists: ${name}`, () => {
      const keys = keysOf(nodeCatalogue(ROOT, folder, 'en-US'));
      const source = readFileSync(`${path}/${name}.editor.ts`, 'utf8');
      const columns = [...source.matchAll(/\{ field: '(\w+)', kind: '(\w+)'([^}]*)\}/gs)];
      for (const [, field, kind, more] of columns) {
        assert.ok(
          keys.some(key => /^list\.\w+\./.test(key) && key.endsWith(`.${field}`)),
          `list.….${field}`,
        );
        const [, from, choices = ''] = /choices: (?:([A-Z]\w*\.\w+)|\[([^\]]*)\])/.exec(more ?? '') ?? [];
        // What comes from the facts of a form has words too, which its own test asks for.
        if (from !== undefined) continue;
        const values = [...choices.matchAll(/'([\w-]+)'/g)].map(match => match[1]);
        assert.equal(kind === 'choice', values.length > 0);
        for (const value of values) assert.ok(keys.includes(`choice.${field}.${value}`), `choice.${field}.${value}`);
      }
    });

    it(`has an input or a list for every field: ${name}`, () => {
      const form = readFileSync(`${path}/${name}.form.html`, 'utf8');
      const type = NODE_TYPES.find(candidate => candidate.type === `gatewright-${name}`);
      const hidden = new Set(['applyMode', 'version', 'v']);
      const missing = Object.keys(type?.defaults ?? {}).filter(
        field =>
          !hidden.has(field) && !new RegExp(`id="(node-input|node-config-input|gw-list|gw-form)-${field}"`).test(form),
      );
      assert.deepEqual(missing, []);
    });

    it(`explains itself in every language: ${name}`, () => {
      for (const language of LANGUAGES) {
        const help = language === 'en-US' ? `${path}/${name}.help.md` : `${path}/locales/${language}/${name}.help.md`;
        assert.ok(existsSync(help) && readFileSync(help, 'utf8').length > 100, help);
      }
    });
  }
});
