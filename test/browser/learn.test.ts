// Asking rules why, and learning them, in the editor. The agent is a real one behind its socket; what goes over its line is said by
// the test.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../runtime/model/address.ts';
import type { Conversation } from '../../runtime/model/conversation.ts';
import type { LineFrame } from '../../runtime/model/line-frame.ts';
import { type WatchedGateway, watchedGateway } from '../lab/watched-gateway.ts';
import { applyPlanned } from '../server/apply.ts';
import { endOf, FakeLines } from '../server/fake-lines.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

const SMART_METER = new URL('../../flows/smart-meter/flow.json', import.meta.url);
const GATEWAY = 'substation-1';
const METERS: Address<'line'> = `line.${GATEWAY}/meters`;
const TAP_CHANGER: Address<'vm'> = `vm.${GATEWAY}/tap-changer`;
const READER: Address<'vm'> = `vm.${GATEWAY}/reader`;
const BILLING: Address<'policy'> = `policy.${GATEWAY}/billing`;
const LAN_GUARD = 'lanGuard';

/** A drawing with a firewall between the VM that reads meters and its network; without rules it refuses everything. */
function withLanGuard(nodes: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  const { z, wires } = nodes.find(({ type, name }) => type === 'gatewright-vm' && name === 'reader') ?? assert.fail();
  const guard = {
    ...{ id: LAN_GUARD, type: 'gatewright-firewall', z, name: 'lan-guard', was: '', wires },
    ...{ modbusRules: [], canRules: [], rules: [], version: 2, x: 960, y: 180 },
  };
  return [...nodes.map(one => (one.name === 'reader' ? { ...one, wires: [[LAN_GUARD]] } : one)), guard];
}

const REFUSED = { end: TAP_CHANGER, frame: '1e0600640007', refusedBy: 'grid-guard' } as const;

function said(frame: Partial<LineFrame>): LineFrame {
  return { atMs: 1_000, end: TAP_CHANGER, direction: 'in', frame: '0303000a0002', ...frame };
}

describe('rules in the editor', function () {
  this.timeout(120_000).bail(true);
  const lines = new FakeLines({});
  let folder = '';
  let gateway: WatchedGateway | undefined;
  let home = '';
  let server: TestServer;
  let browser: Browser;

  before(async () => {
    buildPack();
    folder = await mkdtemp(join(tmpdir(), 'gatewright-learn-'));
    gateway = await watchedGateway(GATEWAY, lines, folder);
    home = await makeEmptyHome();
    const nodes: readonly Readonly<Record<string, unknown>>[] = JSON.parse(await readFile(SMART_METER, 'utf8'));
    const own = { backend: 'linux', agentSocket: gateway.socketPath };
    const drawn = nodes.map(one => (one.type === 'gatewright-gateway' ? { ...one, ...own } : one));
    await writeFile(join(home, 'flows.json'), JSON.stringify(withLanGuard(drawn)));
    server = await startProcess(home);
    await applyPlanned(server.url, GATEWAY);
    browser = await openBrowser();
    await browser.page.setViewportSize({ width: 1600, height: 1400 });
    await browser.page.goto(server.url);
    await node('meters').waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await gateway?.stop();
    await removeHome(home);
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('learn-failed');
  });

  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const invoke = (action: string) => browser.page.evaluate(name => RED.actions.invoke(name), action);
  const rules = () =>
    browser.page.evaluate(() => {
      const rules = RED.nodes.node('firewallGridGuard')?.modbusRules;
      return Array.isArray(rules) ? rules.map(({ id }) => String(id)) : [];
    });
  const show = (...frames: readonly LineFrame[]) =>
    lines.say(GATEWAY, {
      atMs: 2_000,
      lines: [
        {
          line: METERS,
          figures: {
            state: 'open',
            ends: [TAP_CHANGER, READER].map(end =>
              endOf(end, { firewalls: [{ firewall: 'grid-guard', rules: [{ id: 'otherwise', hits: 1, over: 0 }] }] }),
            ),
          },
          frames,
          lost: 0,
        },
      ],
    });

  it('say in the Traffic view why they refused a frame, and stay there while others come', async () => {
    const { page } = browser;
    await invoke('gatewright:show-traffic');
    // Whoever begins to look is told with the next tick.
    const ticks = setInterval(show, 300);
    await page.locator('.gw-line').waitFor();
    clearInterval(ticks);
    show(said(REFUSED), said({ end: READER }));
    const row = page.locator('.gw-frame', { hasText: 'refused by grid-guard' });
    await row.getByRole('button', { name: 'Why' }).click();
    await row.getByText('By the rules that run it does not pass.').waitFor();
    await row.getByText('grid-guard: denied by rule 3, other-writes').waitFor();
    await row
      .getByText(
        'Nearest is rule 2, tap-position: it is not true that what it writes lies wholly in holding 40 to 41: it is 100',
      )
      .waitFor();
    assert.equal(await page.getByRole('button', { name: 'Why' }).count(), 1, 'at what was refused only');
    show(said(REFUSED));
    await row.nth(1).waitFor();
    await row.getByText('denied by rule 3, other-writes').waitFor();
    await page.locator('.gw-why').first().scrollIntoViewIfNeeded();
    await browser.shoot('why-frame');
  });

  it('answer about a frame that nobody said, by the keyboard too', async () => {
    const { page } = browser;
    const ask = page.locator('.gw-line .gw-ask').first();
    await ask.locator('summary').click();
    await ask.getByLabel('Of').selectOption({ label: 'reader' });
    const frame = ask.getByLabel('Frame');
    await frame.fill('{"unit": 3, "function": 3, "address": 10, "quantity": 2}');
    await frame.press('Enter');
    await ask.getByText('billing-guard: accepted by rule 1, meters').waitFor();
    await ask.getByText('Above its rate: denied, no rule fits').waitFor();
    await frame.fill('<img src=x onerror=alert(1)>');
    await frame.press('Enter');
    await ask.getByText(/is no frame of this line/).waitFor();
    await browser.shoot('why-ask');
  });

  it('are shown with their hits in the form of the firewall', async () => {
    const { page } = browser;
    await page.route('**/gatewright/observed?*', async route => {
      const answer = await route.fetch();
      const observed = await answer.json();
      const figures = [
        { id: 'read-all', hits: 1_204, over: 0, lastHit: Date.now() - 5_000 },
        { id: 'tap-position', hits: 0, over: 0 },
        { id: 'otherwise', hits: 3, over: 0, lastHit: Date.now() - 120_000 },
      ];
      observed.resources[METERS].status = {
        state: 'open',
        ends: [endOf(TAP_CHANGER, { firewalls: [{ firewall: 'grid-guard', rules: figures }] })],
      };
      await route.fulfill({ response: answer, json: observed });
    });
    await node('grid-guard').dblclick();
    const hits = page.locator('#gw-list-modbusRules .gw-rule-hits');
    await hits.filter({ hasText: /^1 204 hits, last \d+ s ago$/ }).waitFor();
    assert.deepEqual((await hits.allTextContents()).slice(1), ['no hits yet', 'not applied yet']);
    await page.getByText(/^What no rule lets pass: 3 hits, last 2 min ago$/).waitFor();
  });

  it('are learned from the line, those that somebody chose', async () => {
    const { page } = browser;
    const learn = page.locator('.gw-learn');
    await learn.locator('summary').click();
    assert.equal(await learn.getByLabel('Take what was refused too').isChecked(), false, 'there are rules already');
    await learn.getByLabel('Take what was refused too').check();
    await learn.getByRole('button', { name: 'Learn' }).click();
    await lines.until(() => lines.tapped.length === 1);
    // What is said before the tap has reached the platform is not heard.
    const frames = [said({}), said({}), said({ frame: '03030014000a' }), said(REFUSED), said({ end: READER })];
    const talk = setInterval(() => lines.tell(METERS, frames), 300);
    await learn.getByText(/^Listening for \d+ s more: [1-9]\d* frames, 2 rules\.$/).waitFor();
    clearInterval(talk);
    await learn.getByRole('button', { name: 'Stop' }).click();
    await learn.getByText(/^Learned from \d+ frames: 2 rules\.$/).waitFor();
    await lines.until(() => lines.tapped.length === 0);
    const proposed = learn.locator('.gw-proposed li');
    const texts = await proposed.allTextContents();
    const times = texts.map(text => Number(/\((\d+) ×\)$/.exec(text)?.[1]));
    assert.equal(times[0], 3 * (times[1] ?? 0), 'of four frames of the VM three ask for the same');
    assert.deepEqual(
      texts.map(text => text.replace(/ \(\d+ ×\)$/, '')),
      [
        'f3-u3: from VM; Units 3; Functions 3; Registers holding 10-11, holding 20-29',
        'f6-u30: from VM; Units 30; Functions 6; Registers holding 100; Written values 7',
      ],
    );
    await proposed.filter({ hasText: 'f6-u30' }).getByRole('checkbox').uncheck();
    await browser.shoot('learn-proposed');
    await learn.getByRole('button', { name: 'Add the chosen rules' }).click();
    await learn.getByText(/^Added below the other rules/).waitFor();
    const ids = page.locator('#gw-list-modbusRules [data-gw-field="id"]');
    assert.equal(await ids.last().inputValue(), 'f3-u3');
    const handle = page
      .locator('#gw-list-modbusRules')
      .getByRole('button', { name: /^Move this row/ })
      .last();
    await handle.focus();
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
    await page.locator('#node-dialog-ok').click();
    await page.locator('#node-input-name').waitFor({ state: 'detached' });
    assert.deepEqual(await rules(), ['read-all', 'f3-u3', 'tap-position', 'other-writes']);
  });

  it('are learned from a network too, where a firewall refuses everything yet', async () => {
    const { page } = browser;
    await node('lan-guard').dblclick();
    const learn = page.locator('.gw-learn', { hasText: `Learn from the network of billing on ${GATEWAY}` });
    await learn.locator('summary').click();
    assert.equal(await learn.getByLabel('Take what was refused too').isChecked(), true, 'there is no rule yet');
    await learn.getByRole('button', { name: 'Learn' }).click();
    const heard = `${BILLING} lan-guard all`;
    await lines.until(() => lines.heard.includes(heard));
    const ends = { direction: 'outbound', source: '10.30.0.10', destination: '10.30.0.1' } as const;
    const asked: Conversation[] = [
      { ...ends, protocol: 'tcp', port: 8_883, packets: 3 },
      { ...ends, protocol: 'udp', port: 53, packets: 1 },
    ];
    const talk = setInterval(() => lines.ask(heard, asked), 300);
    await learn.getByText(/^Listening for \d+ s more: [1-9]\d* packets, 2 rules\.$/).waitFor();
    clearInterval(talk);
    await learn.getByRole('button', { name: 'Stop' }).click();
    await lines.until(() => lines.heard.length === 0);
    const proposed = learn.locator('.gw-proposed li');
    assert.deepEqual(
      (await proposed.allTextContents()).map(text => text.replace(/ \(\d+ ×\)$/, '')),
      [
        'tcp-8883: field → cloud; tcp; From addresses 10.30.0.10; To addresses 10.30.0.1; To ports (tcp, udp) 8883',
        'udp-53: field → cloud; udp; From addresses 10.30.0.10; To addresses 10.30.0.1; To ports (tcp, udp) 53',
      ],
    );
    await proposed.filter({ hasText: 'udp-53' }).getByRole('checkbox').uncheck();
    await browser.shoot('learn-network');
    await learn.getByRole('button', { name: 'Add the chosen rules' }).click();
    await page.locator('#node-dialog-ok').click();
    await page.locator('#node-input-name').waitFor({ state: 'detached' });
    const network = (): Promise<unknown> => page.evaluate(id => RED.nodes.node(id)?.rules as unknown, LAN_GUARD);
    assert.deepEqual(await network(), [
      {
        ...{ id: 'tcp-8883', direction: 'outbound', action: 'accept', protocol: 'tcp' },
        ...{ sources: '10.30.0.10', destinations: '10.30.0.1', ports: '8883', log: false },
      },
    ]);
    await page.locator('#red-ui-workspace-chart').click({ position: { x: 20, y: 600 } });
    await page.keyboard.press('Control+z');
    assert.deepEqual(await network(), []);
  });

  it('are taken back by undo', async () => {
    await browser.page.locator('#red-ui-workspace-chart').click({ position: { x: 20, y: 600 } });
    await browser.page.keyboard.press('Control+z');
    assert.deepEqual(await rules(), ['read-all', 'tap-position', 'other-writes']);
    assert.deepEqual(
      browser.complaints.filter(text => !/422/.test(text)),
      [],
    );
  });
});
