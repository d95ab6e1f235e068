// The pack as the library of Node-RED will judge it: by its twelve rules, without a network. What the library alone knows, such as names
// of all other packs, is asked of what is installed here.
import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FOREIGN_TYPES } from '../../runtime/convert/foreign/catalog.ts';
import { PACK } from '../../scripts/build/manifest.ts';
import { ROOT } from '../../scripts/build.ts';
import { pack } from '../../scripts/pack.ts';
import { declaredTypes } from '../../scripts/scorecard/declared-types.ts';
import type { Installed, Manifest, Surroundings } from '../../scripts/scorecard/rule.ts';
import { scorecard } from '../../scripts/scorecard/scorecard.ts';
import { emptyUserDir, installPack } from './stock-node-red.ts';

const RULES = ['P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'N01', 'N02', 'D01', 'D02', 'D03'];

function readManifest(folder: string): Manifest & { readonly version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function installedIn(folder: string): readonly Installed[] {
  const files = globSync(['node_modules/*/package.json', 'node_modules/@*/*/package.json'], { cwd: folder });
  return files.map(file => readManifest(join(folder, dirname(file)))).map(({ name, version }) => ({ name, version }));
}

/** Types that come with Node-RED, and those of packs that are converted. */
function takenTypes(): ReadonlySet<string> {
  const core = `${ROOT}node_modules/@node-red/nodes/`;
  const own = globSync('core/**/*.html', { cwd: core, exclude: path => path.includes('locales') });
  return new Set([
    ...own.flatMap(file => [...declaredTypes(readFileSync(join(core, file), 'utf8')).keys()]),
    ...FOREIGN_TYPES.map(({ type }) => type),
  ]);
}

describe('the scorecard of the library', function () {
  this.timeout(180_000);
  let tarballs = '';
  let userDir = '';
  let world: Surroundings;
  const installed = () => join(userDir, 'node_modules', PACK);

  before(async () => {
    tarballs = mkdtempSync(join(tmpdir(), 'gatewright-pack-'));
    userDir = emptyUserDir();
    installPack(await pack(tarballs), userDir);
    const { version, engines } = readManifest(`${ROOT}node_modules/node-red`);
    const known = installedIn(ROOT);
    world = {
      nodeRed: { version, node: engines?.node ?? '' },
      taken: takenTypes(),
      packs: known.map(({ name }) => name),
      tree: installedIn(userDir),
      // The newest that the project is built and tested with.
      newest: Object.fromEntries(known.map(one => [one.name, one.version])),
    };
  });
  after(() => {
    rmSync(tarballs, { recursive: true, force: true });
    rmSync(userDir, { recursive: true, force: true });
  });

  it('has nothing against the pack in any of its twelve rules', () => {
    const verdicts = scorecard(installed(), readManifest(installed()), world);
    assert.deepEqual(
      verdicts.map(({ rule }) => rule),
      RULES,
    );
    assert.deepEqual(
      verdicts.filter(({ holds }) => !holds).map(({ rule, says }) => `${rule}: ${says}`),
      [],
    );
  });

  it('would say so of a pack that keeps none of them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-bad-pack-'));
    try {
      mkdirSync(join(folder, 'nodes'));
      const script = "RED.nodes.registerType('inject', { category: 'common', defaults: {} });";
      writeFileSync(join(folder, 'nodes/bad.html'), `<script type="text/javascript">${script}</script>`);
      const dependencies = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'koffi'].map(name => [name, '1.0.0']));
      const manifest: Manifest = {
        ...{ name: 'mocha', keywords: [], engines: { node: '>=24' }, dependencies },
        'node-red': { version: '<5', nodes: { bad: 'nodes/bad.js' } },
      };
      const bad = { ...world, packs: ['@somebody/mocha'], tree: [{ name: 'agent-base', version: '4.3.0' }] };
      const kept = scorecard(folder, manifest, bad).filter(({ holds }) => holds);
      assert.deepEqual(kept, []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
