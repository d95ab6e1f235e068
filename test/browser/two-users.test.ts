// Two people draw at once: the second deploy shows what both did, asks about what both changed, and loses nothing.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { flowText } from '../../scripts/golden.ts';
import { call } from '../server/call.ts';
import type { TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import type { Browser } from './browser.ts';
import { darken } from './dark.ts';
import { type Editor, openEditor } from './editor.ts';
import { leaveNodeForm, openNodeForm } from './node-form.ts';

type Node = Readonly<Record<string, unknown>>;

describe('two people in the editor', function () {
  this.timeout(120_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  let other: Page;
  before(async () => {
    editor = await openEditor(flowText('single-box'));
    ({ server, browser } = editor);
    other = await browser.context.newPage();
    other.setDefaultTimeout(30_000);
    for (const page of [browser.page, other]) {
      await page.goto(server.url);
      await page.locator('g.red-ui-flow-node', { hasText: 'line-logger' }).waitFor();
    }
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('two-users-failed');
  });

  /** Changes fields of the first node of a type, as a form does. */
  const change = (page: Page, type: string, fields: object) =>
    page.evaluate(
      ([of, wanted]) => {
        const nodes: EditorNode[] = [];
        RED.nodes.eachNode(one => void nodes.push(one));
        const node = nodes.find(one => one.type === of);
        if (node === undefined) throw new Error('the node is not there');
        Object.assign(node, wanted, { changed: true, dirty: true });
        RED.nodes.dirty(true);
      },
      [type, fields] as const,
    );
  const deploy = (page: Page) => page.evaluate(() => RED.actions.invoke('core:deploy-flows'));
  const deployed = (page: Page) => page.waitForFunction(() => !RED.nodes.dirty());
  const stored = async (type: string): Promise<Node> => {
    const answer = await call(server.url, { path: '/flows', headers: { 'Node-RED-API-Version': 'v2' } });
    const node = (JSON.parse(answer.text) as { flows: Node[] }).flows.find(one => one.type === type);
    assert.ok(node !== undefined, answer.text.slice(0, 300));
    return node;
  };
  const dialog = () => browser.page.getByRole('dialog');

  it('shows on a node who else has it open', async () => {
    const { page } = browser;
    const mark = page
      .locator('g.red-ui-flow-node', { hasText: 'line-logger' })
      .locator('.red-ui-multiplayer-annotation');
    const vm = { id: 'vmLineLogger', type: 'gatewright-vm', x: 0 };
    await openNodeForm(other, vm);
    await page.bringToFront();
    await mark.first().waitFor();
    await browser.shoot('two-users-presence');
    await leaveNodeForm(other);
    await mark.first().waitFor({ state: 'hidden' });
  });

  it('shows what the other changed and what I changed, and asks about what both changed', async () => {
    await change(other, 'gatewright-vm', { memoryMiB: 192, vcpus: 2 });
    await deploy(other);
    await deployed(other);
    await change(browser.page, 'gatewright-vm', { memoryMiB: 256, kernelArguments: 'quiet' });
    const { promise: drawn, resolve } = Promise.withResolvers<void>();
    await browser.page.route('**/compare', async route => {
      await drawn;
      await route.continue();
    });
    const asked = browser.page.waitForRequest('**/compare');
    await deploy(browser.page);
    await asked;
    // What is drawn on before the dialog is there counts, and a second deploy opens no second one.
    await change(browser.page, 'gatewright-firewall', { info: '<b>watch</b>' });
    const refused = browser.page.waitForResponse(answer => answer.status() === 409);
    await deploy(browser.page);
    await refused;
    resolve();
    await dialog().getByRole('heading', { name: 'Somebody else deployed while you were drawing' }).waitFor();
    const [theirs, mine] = await dialog().locator('section').allInnerTexts();
    assert.match(theirs ?? '', /vm\.cabinet-1\/line-logger[\s\S]*memoryMiB: 128 → 192[\s\S]*vcpus: 1 → 2/);
    assert.match(mine ?? '', /vm\.cabinet-1\/line-logger[\s\S]*memoryMiB: 128 → 256/);
    assert.match(mine ?? '', /guard[\s\S]*info: – → <b>watch<\/b>/);
    assert.equal(await dialog().locator('fieldset').count(), 1);
    assert.ok(await dialog().getByRole('button', { name: 'Merge and deploy' }).isDisabled());
    assert.deepEqual(await violations(browser.page, '.gw-merge'), []);
    await browser.shoot('two-users-merge');
  });

  it('loses nothing when nothing is decided', async () => {
    await dialog().getByRole('button', { name: 'Not now' }).click();
    await dialog().waitFor({ state: 'detached' });
    assert.deepEqual(
      [(await stored('gatewright-vm')).memoryMiB, await browser.page.evaluate(() => RED.nodes.dirty())],
      [192, true],
    );
  });

  it('puts both together and deploys it, with the choice for what both changed', async () => {
    await deploy(browser.page);
    await darken(browser.page);
    await dialog().getByLabel("The other's: 192").check();
    assert.deepEqual(await violations(browser.page, '.gw-merge'), []);
    await browser.shoot('two-users-dark');
    await dialog().getByRole('button', { name: 'Merge and deploy' }).click();
    await deployed(browser.page);
    const { memoryMiB, vcpus, kernelArguments } = await stored('gatewright-vm');
    assert.deepEqual([memoryMiB, vcpus, kernelArguments], [192, 2, 'quiet']);
    assert.equal((await stored('gatewright-firewall')).info, '<b>watch</b>');
  });

  it('lets the other do the same, who looks at it first and takes it back', async () => {
    await change(other, 'gatewright-vm', { startOrder: 7 });
    await deploy(other);
    const theirs = other.getByRole('dialog');
    await theirs.getByText('Nothing is lost: both changes go together.').waitFor();
    await theirs.getByRole('button', { name: 'Merge and look at it first' }).click();
    const fields = () =>
      other.evaluate(() => {
        const found: unknown[] = [];
        RED.nodes.eachNode(node => {
          if (node.type === 'gatewright-vm') found.push(node.startOrder, node.kernelArguments);
          return undefined;
        });
        return found;
      });
    assert.deepEqual(await fields(), [7, 'quiet']);
    await other.evaluate(() => RED.actions.invoke('core:undo'));
    assert.deepEqual((await fields())[0], 7);
    assert.notEqual((await fields())[1], 'quiet');
    await deploy(other);
    await theirs.getByRole('button', { name: 'Merge and deploy' }).click();
    await deployed(other);
    const { startOrder, kernelArguments } = await stored('gatewright-vm');
    assert.deepEqual([startOrder, kernelArguments], [7, 'quiet']);
  });

  it('shows who has changed nothing what the other deployed, at the notice of it, and takes it over', async () => {
    await browser.page.getByRole('button', { name: 'See what' }).click();
    await dialog().getByText('You changed nothing since').waitFor();
    assert.match((await dialog().locator('section').first().textContent()) ?? '', /startOrder: 100 → 7/);
    await dialog().getByRole('button', { name: 'Take it over' }).click();
    await browser.page.getByText('Somebody else deployed').waitFor({ state: 'detached' });
    const [order, dirty] = await browser.page.evaluate(() => {
      const found: unknown[] = [];
      RED.nodes.eachNode(node => {
        if (node.type === 'gatewright-vm') found.push(node.startOrder);
        return undefined;
      });
      return [found[0], RED.nodes.dirty()];
    });
    assert.deepEqual([order, dirty], [7, false]);
  });

  it('met no error but the refusals of stale deploys', () => {
    const others = browser.complaints.filter(text => !/409/.test(text));
    assert.deepEqual(others, []);
  });
});
