// The tarball in an empty user directory of a stock Node-RED: what a stranger gets.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { PACK } from '../../scripts/build/manifest.ts';
import { ROOT } from '../../scripts/build.ts';
import { pack } from '../../scripts/pack.ts';
import { applyPlanned } from '../server/apply.ts';
import { emptyUserDir, installPack, type StockNodeRed, startStockNodeRed, until } from './stock-node-red.ts';

const MODULE = PACK;

describe('the pack, installed into a stock Node-RED', function () {
  this.timeout(180_000);
  let red: StockNodeRed;
  let tarballs: string;

  before(async () => {
    tarballs = mkdtempSync(join(tmpdir(), 'gatewright-pack-'));
    const tarball = await pack(tarballs);
    const userDir = emptyUserDir();
    installPack(tarball, userDir);
    red = await startStockNodeRed(userDir);
  });
  after(async () => {
    await red?.close();
    rmSync(tarballs, { recursive: true, force: true });
  });

  it('has at most six dependencies, no scripts, and says which versions it needs', () => {
    const manifest = JSON.parse(readFileSync(join(red.userDir, 'node_modules', MODULE, 'package.json'), 'utf8'));
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
    assert.equal(manifest.scripts, undefined);
    assert.ok(manifest.keywords.includes('node-red'));
    assert.match(manifest['node-red'].version, /^>=5/);
    assert.match(manifest.engines.node, /^>=22/);
  });

  it('loads every node type without an error', async () => {
    const sets = (await red.get('/nodes')) as readonly Record<string, unknown>[];
    const own = sets.filter(set => set.module === MODULE);
    assert.deepEqual(
      own.map(({ types, enabled, err }) => [types, enabled, err]).sort(),
      NODE_TYPES.map(({ type }) => [[type], true, undefined]).sort(),
    );
  });

  it('says nothing of a warning or an error while it starts', () => {
    // Node-RED itself warns of settings that this test leaves out.
    const ours = red
      .log()
      .split('\n')
      .filter(line => /\[(warn|error)\]/.test(line) && /gatewright/i.test(line));
    assert.deepEqual(ours, []);
    assert.doesNotMatch(red.log(), /GatewrightWarning|DeprecationWarning|ExperimentalWarning/);
  });

  it('loads the plugin', async () => {
    const plugins = (await red.get('/plugins')) as readonly Record<string, unknown>[];
    const own = plugins.find(plugin => plugin.module === MODULE);
    assert.deepEqual([own?.enabled, own?.err], [true, undefined]);
  });

  it('tells the editor of no consoles, as nobody serves their pages here', async () => {
    const settings = (await red.get('/settings')) as Record<string, unknown>;
    assert.equal(settings.gatewright, undefined);
  });

  it('speaks German and English', async () => {
    for (const [language, word] of [
      ['de', 'Netzwerkkarten'],
      ['en-US', 'Network cards'],
    ] as const) {
      const words = (await red.get(`/locales/${MODULE}/vm?lng=${language}`)) as { field?: { nics?: string } };
      assert.equal(words.field?.nics, word);
    }
  });

  it('serves the editor part and the examples', async () => {
    const script = await red.text(`/resources/${MODULE}/gatewright.js`);
    assert.ok(script.length > 1000);
    const worker = /"\.\/([\w.-]+\.min\.js)"/.exec(await red.text(`/resources/${MODULE}/elk.js`))?.[1];
    const heavy = await red.text(`/resources/${MODULE}/${worker}`);
    assert.ok(heavy.length > 1_000_000, 'what lays out the topology is there when the editor asks for it');
    const examples = JSON.stringify(await red.get(`/library/examples/flows/${MODULE}/`));
    for (const name of ['robot-cell', 'single-box', 'operate']) assert.ok(examples.includes(name), name);
  });

  it('compiles and plans the reference drawing after a deploy', async () => {
    await red.deploy(JSON.parse(readFileSync(`${ROOT}flows/robot-cell/flow.json`, 'utf8')));
    let state: PlatformState | undefined;
    await until(async () => {
      state = (await red.get('/gatewright/state')) as PlatformState;
      return state.gateways.length === 2 && state.gateways.every(gateway => gateway.plan !== undefined);
    });
    assert.deepEqual(
      state?.diagnostics.filter(diagnostic => diagnostic.severity === 'error'),
      [],
    );
    for (const gateway of state?.gateways ?? []) {
      assert.equal(gateway.label, 'simulated');
      assert.ok((gateway.plan?.steps.length ?? 0) > 0, gateway.name);
      assert.ok((gateway.planText?.length ?? 0) > 0, gateway.name);
    }
  });

  it('applies the plan on simulated gateways, after which nothing is left to do', async () => {
    const before = (await red.get('/gatewright/state')) as PlatformState;
    for (const { name } of before.gateways) await applyPlanned(red.url, name);
    let after: PlatformState | undefined;
    await until(async () => {
      after = (await red.get('/gatewright/state')) as PlatformState;
      return after.gateways.every(({ plan }) => plan !== undefined);
    });
    assert.deepEqual(
      after?.gateways.map(gateway => gateway.plan?.steps.length),
      [0, 0],
    );
  });

  it('refuses commands that another page could have sent', async () => {
    const answer = await red.post('/gatewright/plan', {}, { 'content-type': 'text/plain' });
    assert.equal(answer.status >= 400 && answer.status < 500, true, String(answer.status));
  });
});
