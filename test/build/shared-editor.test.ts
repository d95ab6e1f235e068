import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { sharedEditor } from '../../scripts/build/shared-editor.ts';
import { build, DIST, ROOT } from '../../scripts/build.ts';

describe('what node sets share of the editor', function () {
  this.timeout(120_000);

  it('is in the script of the plugin, every module that one asks for', async () => {
    await build();
    const plugin = readFileSync(`${DIST}/resources/gatewright.js`, 'utf8');
    const asked = globSync(`${DIST}/nodes/*/*.html`).flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/gatewrightEditor\["([^"]+)"\]/g)].map(([, module = '']) => module),
    );
    assert.ok(asked.includes('editor/define-node.ts'), asked.join());
    for (const module of new Set(asked)) assert.ok(plugin.includes(`"${module}":`), module);
  });

  it('is waited for by a node set that came first', () => {
    const shown = { category: 'gateway', color: '#009E73', defaults: { name: { value: '' } } };
    const script = sharedEditor(ROOT).waiting('ran.push(gatewrightEditor.name);', 'gatewright-vm', shown);
    const registered: unknown[] = [];
    const registerType = (...given: unknown[]) => registered.push(given);
    const listeners: [string, () => void][] = [];
    const page: Record<string, unknown> = {
      ran: [],
      document: { addEventListener: (event: string, run: () => void) => listeners.push([event, run]) },
    };
    runInNewContext(script, page);
    assert.deepEqual(page.ran, []);
    page.gatewrightEditor = { name: 'first', 'editor/register-type.ts': { registerType } };
    for (const [event, run] of listeners) if (event === 'gatewright-editor') run();
    runInNewContext(script, page);
    assert.deepEqual([...(page.ran as string[])], ['first', 'first']);
    assert.equal(listeners.length, 1);
    assert.deepEqual(JSON.parse(JSON.stringify(registered)), [
      ['gatewright-vm', shown],
      ['gatewright-vm', shown],
    ]);
  });
});
