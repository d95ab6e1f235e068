// Whether people can use what is ours who cannot see it well or have no mouse: each view of the sidebar, each form, console and status
// page, light and dark, on a small screen.
import assert from 'node:assert/strict';
import { flowText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import type { Browser } from './browser.ts';
import { darken } from './dark.ts';
import { type Editor, openEditor } from './editor.ts';
import { inEditor, leaveNodeForm, openNodeForm } from './node-form.ts';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

const FLOWS = ['pump-station', 'operate'];
/** The smallest screen it is made for: a panel PC. */
const SMALL = { width: 1280, height: 720 };

describe('accessibility', function () {
  this.timeout(240_000);
  const flow = FLOWS.flatMap(name => JSON.parse(flowText(name)) as readonly FlowNode[]);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;

  before(async () => {
    editor = await openEditor(JSON.stringify(flow), { size: SMALL });
    ({ server, browser } = editor);
    const { page } = browser;
    await page.goto(server.url);
    await page.locator('g.red-ui-flow-node').first().waitFor();
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('accessibility-failed');
  });

  const views = () => browser.page.locator('.gw-view-tab');

  for (const theme of ['light', 'dark'])
    describe(`in a ${theme} theme`, () => {
      before(async () => {
        if (theme === 'dark') await darken(browser.page);
      });

      it('has nothing serious against any view of the sidebar, and they fit a small screen', async () => {
        const { page } = browser;
        await inEditor(browser.page, "RED.actions.invoke('gatewright:show-plan')");
        await page.locator('.gw-card').first().waitFor();
        const found: string[] = [];
        for (let at = 0; at < (await views().count()); at += 1) {
          const tab = views().nth(at);
          await tab.click();
          const name = (await tab.textContent()) ?? '';
          await page.waitForFunction(() => document.querySelector('.gw-panel:not([hidden])')?.textContent !== '');
          await browser.shoot(`view-${name.toLowerCase()}-${theme}`);
          for (const one of await violations(page, '.gw-sidebar')) found.push(`${name}: ${one}`);
          const over = await page
            .locator('.gw-panel:not([hidden])')
            .evaluate(panel => panel.scrollWidth - panel.clientWidth);
          if (over > 1) found.push(`${name}: ${over} pixels too wide`);
        }
        assert.deepEqual(found, []);
      });

      it('has nothing serious against the form of any node', async () => {
        const { page } = browser;
        const found: string[] = [];
        const types = new Map(flow.filter(node => node.type.startsWith('gatewright-')).map(node => [node.type, node]));
        for (const [type, node] of types) {
          await openNodeForm(page, node);
          for (const one of await violations(page, '#dialog-form, #node-config-dialog-edit-form'))
            found.push(`${type}: ${one}`);
          await leaveNodeForm(page);
        }
        assert.deepEqual(found, []);
      });
    });

  it('leads through every view of the sidebar by keyboard alone', async () => {
    const { page } = browser;
    const count = await views().count();
    await inEditor(browser.page, "RED.actions.invoke('gatewright:show-plan')");
    await page.locator('.gw-view-tab[aria-selected="true"]').focus();
    const seen = new Set<string>();
    for (let step = 0; step < count; step += 1) {
      const tab = page.locator('.gw-view-tab[aria-selected="true"]');
      assert.ok(await tab.evaluate(one => one === document.activeElement));
      seen.add((await tab.textContent()) ?? '');
      await page.keyboard.press('ArrowRight');
    }
    assert.equal(seen.size, count);
  });
});
