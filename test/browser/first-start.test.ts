// What a newcomer sees who may do nothing on this machine: `npm start` in a clone, Apply, and guests at consoles in the
// browser that reach their own tenant and nobody else, and through a firewall what it lets pass.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Newcomer, openNewcomer } from '../lab/newcomer.ts';
import { call, sendJson } from '../server/call.ts';
import { startWith, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';
import { GuestPage } from './guest-page.ts';

type FlowNode = Readonly<Record<string, unknown>>;
const POLICY = 'policy.cell-7/vendor-a';
/** A firewall between a7 and its switch, which lets it ask for Modbus and nothing else. */
const DOOR: FlowNode = {
  ...{ id: 'firewall-door', type: 'gatewright-firewall', z: 'robotCellTab', name: 'door', was: '', version: 1 },
  rules: [
    {
      ...{ id: 'modbus', direction: 'outbound', action: 'accept', protocol: 'tcp' },
      ...{ sources: '', destinations: '', ports: '502', log: false },
    },
  ],
  ...{ x: 290, y: 140, wires: [['switchCellA']] },
};

describe('the first start of somebody without rights', function () {
  this.timeout(400_000).bail(true);
  let newcomer: Newcomer;
  let server: TestServer;
  let browser: Browser;
  const guests = new Map<string, GuestPage>();
  before(async () => {
    newcomer = await openNewcomer();
    server = await startWith(newcomer.start);
    browser = await openBrowser();
    browser.page.setDefaultTimeout(300_000);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await newcomer?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    for (const [index, page] of browser.context.pages().entries())
      await browser.shoot(`first-start-failed-${index}`, page);
  });

  const card = (gateway: string) => browser.page.locator('.gw-card', { hasText: gateway });
  const approve = (gateway: string) => card(gateway).locator('.gw-approve').click();
  const done = (gateway: string) =>
    card(gateway).getByText('Nothing to do. Everything runs as drawn.').waitFor({ state: 'visible' });

  /** At the console of a VM, which stays open for the next question. */
  async function at(name: string): Promise<GuestPage> {
    const open = guests.get(name) ?? (await GuestPage.open(browser.context, server.url, name));
    guests.set(name, open);
    return open;
  }

  /** The counters that the status page shows for vendor A on cell-7: packets by rule. */
  async function counters(): Promise<Readonly<Record<string, number>>> {
    const page = await browser.context.newPage();
    await page.goto(`${server.url}/status`);
    await page.getByLabel(`Counters of ${POLICY}`).click();
    const rows = page.locator(`table[data-policy="${POLICY}"] tr`);
    await rows.first().waitFor();
    const cells = await rows.evaluateAll(found =>
      found.map(row => [...row.children].map(cell => cell.textContent ?? '')),
    );
    await browser.shoot('first-start-counters', page);
    await page.close();
    return Object.fromEntries(
      cells.map(([link, what, packets]) => [`${link} ${what}`, Number.parseInt(packets ?? '', 10)]),
    );
  }

  it('needs no rights, and says that its gateways are emulated', async () => {
    assert.match(server.ready, /\(gateway cell-7: emulated; gateway cell-8: emulated\)$/);
    const { uid } = await stat(join(newcomer.folder, '.gatewright', 'gatewright'));
    assert.notEqual(uid, 0);
  });

  it('boots the drawn guests when both plans are applied in the sidebar', async () => {
    const { page } = browser;
    await page.goto(server.url);
    await page.locator('.red-ui-palette-node').first().waitFor();
    await page.evaluate(() => RED.actions.invoke('gatewright:show-plan'));
    for (const gateway of ['cell-7', 'cell-8']) {
      await card(gateway).locator('.gw-chip', { hasText: 'emulated' }).waitFor();
      await approve(gateway);
    }
    for (const gateway of ['cell-7', 'cell-8']) await done(gateway);
    await browser.shoot('first-start-applied');
  });

  it('lets a person ping at a console from a guest to the other one of its tenant', async () => {
    const a7 = await at('cell-7/a7');
    assert.match((await a7.run('ping -c 1 -W 10 10.0.0.8')).text, /1 packets received, 0% packet loss/);
    await browser.shoot('first-start-console', a7.page);
  });

  it('lets nobody ping a guest of another tenant, not even where nobody of the own one has its address', async () => {
    const [a7, a8, b7, b8] = [
      await at('cell-7/a7'),
      await at('cell-8/a8'),
      await at('cell-7/b7'),
      await at('cell-8/b8'),
    ];
    assert.match((await b8.run('until ip addr show eth0 | grep "inet "; do sleep 1; done')).text, /inet 10\.0\.0\.8\//);
    assert.equal((await a8.run('ip link set eth0 down')).code, 0);
    assert.match((await b7.run('ping -c 1 -W 10 10.0.0.8')).text, /1 packets received, 0% packet loss/);
    assert.match((await a7.run('ping -c 1 -W 2 10.0.0.8')).text, /0 packets received, 100% packet loss/);
    assert.equal((await a8.run('ip link set eth0 up')).code, 0);
    assert.match((await a7.run('ping -c 1 -W 10 10.0.0.8')).text, / 0% packet loss/);
  });

  it('draws a firewall before a guest and applies it while all goes on', async () => {
    const flow = JSON.parse((await call(server.url, { path: '/flows' })).text) as readonly FlowNode[];
    const drawn = flow.map(node => (node.id === 'vmA7' ? { ...node, wires: [[DOOR.id]] } : node));
    assert.equal((await sendJson(server.url, '/flows', [...drawn, DOOR])).status, 204);
    await browser.page.bringToFront();
    await approve('cell-7');
    await done('cell-7');
  });

  it('lets a request for 502 pass, blocks one for 503 of the same server, and shows both counted', async () => {
    const a8 = await at('cell-8/a8');
    assert.equal((await a8.run('cd /www; echo served > index.html; httpd -p 502; httpd -p 503')).code, 0);
    const a7 = await at('cell-7/a7');
    const before = await counters();
    const ask = (port: number, seconds: number) =>
      a7.run(`printf 'GET / HTTP/1.0\\n\\n' | nc -w ${seconds} 10.0.0.8 ${port} | grep served`);
    const answered = await ask(502, 30);
    assert.equal(answered.code, 0, answered.text);
    const between = await counters();
    assert.notEqual((await ask(503, 3)).code, 0);
    const after = await counters();
    const [passed, blocked] = ['door@port.cell-7/a7.eth0 modbus', 'door@port.cell-7/a7.eth0 no rule, so blocked'];
    const count = (seen: typeof before, rule: string) => seen[rule] ?? assert.fail(`${rule}: ${JSON.stringify(seen)}`);
    assert.ok(count(between, passed) > count(before, passed), 'the request that passed is counted');
    assert.equal(count(between, blocked), count(before, blocked), 'and nothing of it as blocked');
    assert.ok(count(after, blocked) > count(between, blocked), 'the request that was blocked is counted');
    assert.equal(count(after, passed), count(between, passed), 'and nothing of it as passed');
    assert.deepEqual(browser.complaints, []);
  });
});
