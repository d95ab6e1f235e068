// An attestation gate in the editor: its form, and how it stands in a wire.
import assert from 'node:assert/strict';
import { flowText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import type { Browser } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

describe('an attestation gate in the editor', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(flowText('pump-station'));
    ({ server, browser } = editor);
    await browser.page.goto(server.url);
    await gate().waitFor();
  });
  after(() => editor?.close());

  const gate = () => browser.page.locator('g.red-ui-flow-node', { hasText: 'box-boot' }).first();
  const field = (name: string) => browser.page.locator(`#node-input-${name}`);
  const stored = (name: string) =>
    browser.page.evaluate(key => RED.nodes.node('attestBoxBoot')?.[key], name) as Promise<unknown>;
  async function edit(work: () => Promise<void>): Promise<void> {
    await gate().dblclick();
    await field('subject').waitFor();
    await work();
    await browser.page.locator('#node-dialog-ok').click();
    await field('subject').waitFor({ state: 'detached' });
  }

  it('stands between a firewall and a VM, and its wires are as they should be', async () => {
    assert.equal(await stored('valid'), true);
    const texts = await browser.page.locator('g.red-ui-flow-node .red-ui-flow-node-label').allTextContents();
    assert.ok(texts.includes('box-boot'), texts.join(' '));
  });

  it('has a purple of its own, and marks at once what may not follow it', async () => {
    const { page } = browser;
    const colour = await gate()
      .locator('rect.red-ui-flow-node')
      .first()
      .evaluate(rect => getComputedStyle(rect).fill);
    assert.equal(colour, 'rgb(204, 121, 167)');
    const wire = (add: boolean) =>
      page.evaluate(adding => {
        const [from, target] = [RED.nodes.node('attestBoxBoot'), RED.nodes.node('switchControlLan')];
        if (!from || !target) throw new Error('the nodes are not there');
        const nodes = RED.nodes as unknown as { addLink(link: object): void; removeLink(link: object): void };
        const link = RED.nodes.getNodeLinks(from.id, 0).find(({ target: to }) => to.id === target.id);
        if (adding) nodes.addLink({ source: from, sourcePort: 0, target });
        else if (link) nodes.removeLink(link);
      }, add);
    await wire(true);
    await page.waitForFunction(() => RED.nodes.node('attestBoxBoot')?.valid === false);
    const fault = await page.evaluate(() => String(RED.nodes.node('attestBoxBoot')?.validationErrors ?? ''));
    assert.match(fault, /carries a bus, but control-lan takes wires only from a network card\. .*; the nearest is \w/);
    await wire(false);
    await page.waitForFunction(() => RED.nodes.node('attestBoxBoot')?.valid === true);
    await browser.shoot('attestation-gate');
  });

  it('asks for the name of a VM only when it shall be another one', async () => {
    await edit(async () => {
      assert.equal(await field('subject').inputValue(), 'host');
      assert.equal(await field('vm-written').isVisible(), false);
      await field('subject').selectOption('named');
      assert.equal(await field('vm-written').isVisible(), true);
      await field('vm-written').fill('control');
      await browser.shoot('attestation-gate-form');
    });
    assert.deepEqual([await stored('subject'), await stored('vm')], ['named', 'control']);
  });

  it('takes rules about what is measured, and says at once what is no digest', async () => {
    const { page } = browser;
    const list = page.locator('#gw-list-rules');
    const cell = (name: string) => list.locator(`[data-gw-field="${name}"]`);
    const faulty = cell('digests').and(page.locator('.input-error'));
    await edit(async () => {
      await page.locator('.red-ui-editableList-addButton').first().click();
      await cell('digests').fill('abcd');
      await faulty.waitFor();
      await cell('digests').fill('ab'.repeat(32));
      await faulty.waitFor({ state: 'detached' });
      assert.equal(await cell('commandLine').isVisible(), false);
      await cell('action').selectOption('forbid');
      assert.match((await cell('pcr').locator('option:checked').textContent()) ?? '', /^PCR 4: boot loader/);
      await browser.shoot('attestation-gate-rules');
    });
    assert.deepEqual(await stored('rules'), [
      {
        ...{ id: 'rule-1', action: 'forbid', component: 'boot loader', pcr: '4' },
        ...{ digests: 'ab'.repeat(32), commandLine: '' },
      },
    ]);
  });
});
