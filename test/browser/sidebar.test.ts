// The sidebar as an operator works with it through a shift: look at the plan, approve, stop in the middle, go on, go back, read and
// save what happened. One server, one page; each step builds on the last.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { GatewrightError } from '../../runtime/model/errors.ts';
import { crowd } from '../cli/flows.ts';
import { type LinuxAgent, serveLinuxAgent } from '../cli/linux-agent.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import { type Browser, calm, openBrowser, roomForSidebar } from './browser.ts';

/** So many that a plan is long. */
const VMS = 40;
const FEW = 10;

describe('the sidebar through a shift', function () {
  this.timeout(90_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  let home = '';
  const agents = new Map<string, LinuxAgent>();
  let isBroken = false;
  /** What making a VM of the crowd waits for, once a few are made in an apply. */
  let holdBack: ((signal: AbortSignal | undefined) => Promise<void>) | undefined;
  let begun = 0;
  before(async () => {
    buildPack();
    home = await makeHome();
    agents.set(
      'cell-8',
      await serveLinuxAgent({ folder: home }, 'cell-8', ({ operation, kind }) => {
        if (isBroken && operation === 'create' && kind === 'vm')
          throw new GatewrightError('GW_HOST_COMMAND_FAILED', 'qemu ended with 1: <b>no memory</b>; free some');
      }),
    );
    agents.set(
      'crowd',
      await serveLinuxAgent({ folder: home }, 'crowd', async ({ operation, kind, at, signal }) => {
        if (operation !== 'create' || kind !== 'vm' || at !== 'start') return;
        begun += 1;
        if (begun > FEW) await holdBack?.(signal);
      }),
    );
    const cells: Node[] = JSON.parse(await readFile(`${home}/flows.json`, 'utf8'));
    const drawing = [...cells, ...crowd(VMS)].map(node => {
      const agent = node.type === 'gatewright-gateway' ? agents.get(String(node.name)) : undefined;
      return agent === undefined ? node : { ...node, backend: 'linux', agentSocket: agent.socketPath };
    });
    await writeFile(`${home}/flows.json`, JSON.stringify(drawing));
    server = await startProcess(home);
    browser = await openBrowser();
    await browser.page.setViewportSize({ width: 1280, height: 720 });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    for (const agent of agents.values()) await agent.close();
    await removeHome(home);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('sidebar-failed');
  });

  const card = (gateway: string) => browser.page.locator('.gw-card', { hasText: gateway });
  const tab = (name: string) => browser.page.getByRole('tab', { name, exact: true });
  const panel = () => browser.page.locator('.gw-panel:not([hidden])');
  /** As Node-RED's own setting does. */
  const paint = (colours: 'dark' | 'light') =>
    browser.page.evaluate(is => document.documentElement.classList.toggle('nr-theme-dark', is), colours === 'dark');
  const invoke = (action: string) => browser.page.evaluate(name => RED.actions.invoke(name), action);
  /** The same view twice, as people see it by day and by night. */
  const shootBoth = async (name: string) => {
    await calm(browser.page);
    for (const colours of ['light', 'dark'] as const) {
      await paint(colours);
      await browser.shoot(`sidebar-${name}-${colours}`);
    }
    assert.deepEqual(await violations(browser.page, '.gw-sidebar'), [], name);
    await paint('light');
  };

  it('opens on the plan, and every view is reached by the keyboard alone', async () => {
    const { page } = browser;
    await page.goto(server.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await invoke('gatewright:show-plan');
    await card('cell-7').locator('.gw-approve').waitFor();
    await roomForSidebar(browser.page);
    await tab('Plan').focus();
    const names = await page.getByRole('tab').filter({ visible: true }).allTextContents();
    for (const name of names.filter(one => ['Plan', 'Topology', 'Traffic', 'Trust', 'Events'].includes(one))) {
      assert.equal(await tab(name).getAttribute('aria-selected'), 'true');
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
      await page.getByRole('tabpanel', { name, exact: true }).waitFor();
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Home');
    assert.equal(await tab('Plan').getAttribute('aria-selected'), 'true');
  });

  it('groups the steps of a plan by tenant, and says that nobody will notice', async () => {
    const plan = card('cell-7');
    await plan.getByText('Nobody will notice.').waitFor();
    const groups = await plan
      .locator('.gw-plan-group')
      .evaluateAll(all => all.map(one => one.getAttribute('aria-label')));
    assert.deepEqual(groups, ['vendor-a', 'vendor-b', 'shared by all']);
    const signs = plan.locator('.gw-plan-group .gw-tenant-sign');
    const colours = await signs.evaluateAll(all => all.map(one => getComputedStyle(one).backgroundColor));
    assert.deepEqual([colours.length, new Set(colours).size], [2, 2], 'each tenant has its colour');
    await shootBoth('plan');
  });

  it('folds what only adds something when a plan is long', async () => {
    const rest = card('crowd').locator('.gw-plan-group details').first();
    assert.equal(await rest.getAttribute('open'), null);
    await rest.locator('summary', { hasText: 'that nobody notices' }).waitFor();
  });

  it('stops an apply at a safe point, and shows how far it was and what is left', async () => {
    const crowded = card('crowd');
    holdBack = cancelled;
    await crowded.locator('.gw-approve').click();
    await crowded.getByRole('button', { name: 'Cancel' }).click();
    await crowded
      .locator('.gw-broken-off')
      .getByText(/The apply was cancelled: \d+ of \d+ steps done\./)
      .waitFor();
    await crowded.getByRole('button', { name: /^Go on \(\d+\)$/ }).waitFor();
    await crowded.scrollIntoViewIfNeeded();
    await shootBoth('cancelled');
  });

  it('goes on to the end, while each step says how it stands', async () => {
    const crowded = card('crowd');
    const { promise: seen, resolve: isSeen } = Promise.withResolvers<void>();
    [begun, holdBack] = [0, () => seen];
    const details = crowded.locator('.gw-plan-group details').first();
    await details.locator('summary').click();
    const marked = crowded.locator('.gw-plan-step[data-state="done"]').first().waitFor();
    await crowded.getByRole('button', { name: /^Go on/ }).click();
    await marked;
    isSeen();
    await crowded.getByText('Nothing to do. Everything runs as drawn.').waitFor();
    await crowded.getByText('generation 1', { exact: true }).waitFor();
    assert.equal(await crowded.locator('.gw-broken-off').count(), 0);
  });

  it('says which step failed and why, in words and never as HTML, and goes on once it is mended', async () => {
    const cell = card('cell-8');
    isBroken = true;
    await cell.locator('.gw-approve').click();
    const failure = cell.locator('.gw-broken-off li').first();
    await failure.waitFor();
    assert.match(
      (await failure.textContent()) ?? '',
      /^create vm\.cell-8\/\w+: qemu ended with 1: <b>no memory<\/b>; free some$/,
    );
    await cell.getByText(/^The apply broke off: \d+ of \d+ steps done\.$/).waitFor();
    await cell.locator('.gw-plan-step[data-state="failed"]').first().waitFor();
    await cell.scrollIntoViewIfNeeded();
    await shootBoth('failed');
    isBroken = false;
    await cell.getByRole('button', { name: /^Go on/ }).click();
    await cell.getByText('Nothing to do. Everything runs as drawn.').waitFor();
  });

  it('says what people will notice and what cannot be undone before it is approved, and field by field what changes', async () => {
    const cell = card('cell-7');
    await cell.locator('.gw-approve').click();
    await cell.getByText('Nothing to do. Everything runs as drawn.').waitFor();
    await changeDrawing(nodes =>
      nodes.filter(node => node.name !== 'b7').map(node => (node.name === 'a7' ? { ...node, memoryMiB: 384 } : node)),
    );
    await cell.getByText('What people will notice').waitFor();
    await cell.getByText(/a7 restarts and is down for about/).waitFor();
    await cell
      .locator('.gw-notice.gw-irreversible')
      .getByText(/b7 goes away\./)
      .waitFor();
    await cell
      .locator('.gw-step-lasting')
      .getByText(/^Cannot be undone/)
      .waitFor();
    const field = cell.locator('.gw-plan-field', { hasText: 'memoryMiB' });
    assert.equal(await field.locator('ins').textContent(), '384');
    assert.ok(await cell.locator('.gw-approve').isDisabled());
    await browser.page.locator('.gw-sidebar').evaluate(sidebar => sidebar.scrollTo(0, 0));
    await shootBoth('impact');
    await cell.locator('.gw-consent input').check();
    await cell.locator('.gw-approve').click();
    await cell.getByText('generation 2', { exact: true }).waitFor();
  });

  it('goes back, and shows before what that does', async () => {
    const cell = card('cell-7');
    await cell.getByRole('button', { name: 'Roll back' }).click();
    const foretold = cell.locator('.gw-way-back');
    await foretold.getByText('What going back would do').waitFor();
    await foretold.getByText(/a7 restarts and is down for about/).waitFor();
    await foretold.locator('.gw-step', { hasText: 'vm.cell-7/b7' }).waitFor();
    await foretold.scrollIntoViewIfNeeded();
    await shootBoth('way-back');
    await foretold.getByRole('button', { name: 'Leave it' }).click();
    await cell.getByRole('button', { name: 'Roll back' }).click();
    await cell.getByRole('button', { name: 'Go back to the state before now' }).click();
    await cell.getByText('generation 1', { exact: true }).waitFor();
  });

  it('lists what was done and told, newest first, live', async () => {
    await invoke('gatewright:show-events');
    await panel().locator('.gw-event', { hasText: 'roll back' }).first().waitFor();
    const kinds = await panel().locator('.gw-event-kind').allTextContents();
    assert.ok(kinds.indexOf('roll back') < kinds.indexOf('deploy'), kinds.slice(0, 40).join());
    const before = await panel().locator('.gw-event', { hasText: 'deploy' }).count();
    await changeDrawing(nodes => nodes.map(node => (node.name === 'a8' ? { ...node, memoryMiB: 200 } : node)));
    await panel().locator('.gw-event', { hasText: 'deploy' }).nth(before).waitFor();
    // Else Node-RED goes on saying that somebody else deployed.
    await browser.page.reload();
    await browser.page.locator('.red-ui-flow-node').first().waitFor();
    await invoke('gatewright:show-events');
    await panel().locator('.gw-event').nth(before).waitFor();
    await shootBoth('events');
  });

  it('filters events by text, kind, gateway, who and time, and offers only what there is', async () => {
    const events = () => panel().locator('.gw-event');
    await panel().getByLabel('Kind').selectOption({ label: 'roll back' });
    assert.equal(await panel().locator('.gw-event', { hasNotText: 'roll back' }).count(), 0);
    await panel().getByLabel('Kind').selectOption({ label: 'all kinds' });
    await panel().getByLabel('Gateway').selectOption({ label: 'crowd' });
    await panel().getByLabel('Filter by text').fill('cancelled');
    await events().first().waitFor();
    assert.equal(await panel().locator('.gw-event', { hasNotText: 'crowd' }).count(), 0);
    await panel().getByLabel('Who').selectOption({ label: 'the gateways themselves' });
    assert.equal(
      await panel()
        .locator('.gw-event-kind')
        .allTextContents()
        .then(all => [...new Set(all)].join()),
      'apply ended',
    );
    await panel().getByLabel('Time').selectOption({ label: 'last 15 minutes' });
    assert.equal(await events().count(), 1);
  });

  it('saves the events that are shown as CSV and as JSON', async () => {
    const saved = async (name: string) => {
      const download = browser.page.waitForEvent('download');
      await panel().getByRole('button', { name }).click();
      return readFile(await (await download).path(), 'utf8');
    };
    const lines = (await saved('Save CSV')).trimEnd().split('\r\n');
    assert.equal(lines[0], '\uFEFFtime,severity,kind,gateway,user,address,text');
    assert.match(lines[1] ?? '', /,warning,apply-ended,crowd,,,/);
    const [first, ...more] = JSON.parse(await saved('Save JSON'));
    assert.deepEqual([first.kind, first.gateway, more.length], ['apply-ended', 'crowd', 0]);
  });

  it('leads from an event to the node it is about', async () => {
    const { page } = browser;
    await panel().getByLabel('Filter by text').fill('vm.cell-7/a7');
    await panel().getByLabel('Gateway').selectOption({ label: 'cell-7' });
    await panel().locator('button.gw-event-text').first().click();
    await page.locator('.red-ui-flow-node-highlighted', { hasText: 'a7' }).first().waitFor({ state: 'attached' });
  });

  it('has room for the names of all views in German too', async () => {
    const page = await browser.context.newPage();
    try {
      await page.setViewportSize({ width: 1280, height: 720 });
      await page.addInitScript(() => localStorage.setItem('editor-language', 'de'));
      await page.goto(server.url);
      await page.locator('.red-ui-flow-node').first().waitFor();
      await page.evaluate(() => RED.actions.invoke('gatewright:show-events'));
      await page.locator('.gw-event', { hasText: 'Zurückgehen' }).first().waitFor();
      const cut = await page
        .locator('.gw-view-tab')
        .evaluateAll(all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent));
      await browser.shoot('sidebar-events-german', page);
      assert.deepEqual(cut, []);
    } finally {
      await page.close();
    }
  });

  it('met no error and no refusal by its content policy on the way', () => assert.deepEqual(browser.complaints, []));

  /** Deploys the drawing with changes, as another editor would. */
  async function changeDrawing(change: (nodes: Node[]) => Node[]): Promise<void> {
    const answer = await fetch(`${server.url}/flows`, { headers: { 'node-red-api-version': 'v2' } });
    const { flows } = (await answer.json()) as { flows: Node[] };
    const headers = { 'content-type': 'application/json', 'node-red-api-version': 'v2' };
    const deployed = await fetch(`${server.url}/flows`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ flows: change(flows) }),
    });
    assert.equal(deployed.status, 200, await deployed.text());
  }
});

type Node = Readonly<Record<string, unknown>>;

/** Resolves when an apply is cancelled. */
async function cancelled(signal: AbortSignal | undefined): Promise<void> {
  if (signal !== undefined && !signal.aborted) await once(signal, 'abort');
}
