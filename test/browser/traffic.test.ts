// The traffic of lines in the editor: rates at the wires, the view in the sidebar, recordings. The agent is a real one behind its
// socket; what goes over its lines is said by the test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ipFrame } from '../drivers/nftables/frame.ts';
import { tsharkFields } from '../lab/tshark.ts';
import { type WatchedGateway, watchedGateway } from '../lab/watched-gateway.ts';
import { applyPlanned } from '../server/apply.ts';
import { FakeLines } from '../server/fake-lines.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import { type Browser, drag, openBrowser, roomForSidebar } from './browser.ts';
import { darken } from './dark.ts';
import { GATEWAY, Scene } from './traffic-scene.ts';

const SMART_METER = new URL('../../flows/smart-meter/flow.json', import.meta.url);
const DBC =
  'BO_ 291 Engine: 8 ECU\n SG_ Speed : 0|16@1+ (0.25,0) [0|16000] "rpm" X\n SG_ Hot : 16|1@1+ (1,0) [0|1] "" X\nVAL_ 291 Hot 0 "no" 1 "yes" ;\n';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string };

describe('the traffic of lines in the editor', function () {
  this.timeout(60_000).bail(true);
  const lines = new FakeLines({});
  let folder = '';
  let gateway: WatchedGateway | undefined;
  let home = '';
  let server: TestServer;
  let browser: Browser;
  let scene: Scene | undefined;

  before(async () => {
    buildPack();
    folder = await mkdtemp(join(tmpdir(), 'gatewright-traffic-'));
    gateway = await watchedGateway(GATEWAY, lines, folder);
    home = await makeEmptyHome();
    await writeFile(join(home, 'flows.json'), JSON.stringify(await flow(gateway.socketPath)));
    server = await startProcess(home);
    await apply();
    browser = await openBrowser();
    await browser.page.setViewportSize({ width: 1600, height: 1400 });
    await browser.page.goto(server.url);
    await node('meters').waitFor();
  });
  after(async () => {
    scene?.close();
    await browser?.close();
    await server?.stop();
    await gateway?.stop();
    await removeHome(home);
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('traffic-failed');
  });

  /** The reference drawing on a gateway behind a socket, with a CAN bus beside the meters, and an empty tab. */
  async function flow(agentSocket: string): Promise<readonly FlowNode[]> {
    const nodes: readonly FlowNode[] = JSON.parse(await readFile(SMART_METER, 'utf8'));
    const drawn = nodes.map(one =>
      one.type === 'gatewright-gateway' ? { ...one, backend: 'linux', agentSocket } : one,
    );
    const meters = drawn.find(({ id }) => id === 'busMeters');
    const reader = drawn.find(({ id }) => id === 'vmReader');
    const vehicle = { protocol: 'can', settings: { adapter: 'socketcan', interface: 'can0' } };
    return [
      ...drawn,
      { ...meters, id: 'bus-vehicle', name: 'vehicle', ...vehicle, y: 340, wires: [['vm-logger'], []] },
      { ...reader, id: 'vm-logger', name: 'logger', nics: [], outputs: 0, y: 340, wires: [] },
      { id: 'empty-tab', type: 'tab', label: 'Nothing here' },
    ];
  }

  const apply = () => applyPlanned(server.url, GATEWAY);

  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const labels = () => browser.page.locator('.gw-wire-label');
  const card = (line: string) =>
    browser.page.locator('.gw-line', { has: browser.page.getByRole('button', { name: line, exact: true }) });
  const openTab = (name: string) => browser.page.locator('.red-ui-tab-label', { hasText: name }).click();
  const sidebar = (action: string) => browser.page.evaluate(name => RED.actions.invoke(name), action);

  it('is asked for as soon as a wire of a bus is on the screen, and shows nothing before there is any', async () => {
    await lines.until(() => lines.watched.length === 1);
    assert.equal(await labels().count(), 0);
  });

  it('stands at each wire between the bus and its VMs, with what is refused before the VM', async () => {
    scene = new Scene(lines);
    await labels().filter({ hasText: '← 12/s' }).nth(1).waitFor();
    await labels().filter({ hasText: '▮ 2/s refused' }).waitFor();
    await labels().filter({ hasText: 'unplugged' }).waitFor();
    assert.equal(await labels().count(), 5);
    const refused = labels().filter({ hasText: 'refused' }).locator('.gw-wire-rate');
    assert.deepEqual(await refused.allTextContents(), ['← 4/s', '→ 4/s']);
    // What was refused is no value of the line.
    assert.equal(await labels().filter({ hasText: 'refused' }).locator('.gw-wire-last').textContent(), '');
    const values = labels().locator('.gw-wire-last', { hasText: /^10 = \d+ 16$/ });
    await values.nth(1).waitFor();
    assert.equal(await values.count(), 2, 'on both wires to the reader');
    // Towards the bus only what the firewall let pass.
    await labels().filter({ hasText: '← 2/s' }).waitFor();
    await browser.shoot('traffic-wires');
  });

  it('follows its wire when a node is moved, and measures nothing while none is', async () => {
    const { page } = browser;
    const placeOf = async () => labels().filter({ hasText: 'refused' }).getAttribute('transform');
    const before = await placeOf();
    const box = await node('tap-changer').boundingBox();
    assert.ok(box !== null);
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await drag(page, at, { x: at.x + 60, y: at.y + 40 });
    // The last step of the mouse is drawn with the next picture, and labels follow what is drawn.
    await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await page.waitForFunction(was => {
      const label = [...document.querySelectorAll('.gw-wire-label')].find(one => one.textContent?.includes('refused'));
      const line = label?.parentNode?.querySelector('path.red-ui-flow-link-line') as SVGPathElement;
      const { x, y } = line.getPointAtLength(line.getTotalLength() * 0.6);
      const is = label?.getAttribute('transform');
      return is !== was && is === `translate(${Math.round(x)}, ${Math.round(y)})`;
    }, before);
    await page.evaluate(() => {
      const counted = globalThis as never as { measured: number };
      const measure = SVGPathElement.prototype.getTotalLength;
      counted.measured = 0;
      SVGPathElement.prototype.getTotalLength = function () {
        counted.measured += 1;
        return measure.call(this);
      };
    });
    const heard = page.waitForFunction(
      first => document.querySelector('.gw-ends .gw-trouble')?.textContent !== first,
      await page
        .locator('.gw-ends .gw-trouble')
        .first()
        .textContent({ timeout: 100 })
        .catch(() => undefined),
    );
    await sidebar('gatewright:show-traffic');
    await heard;
    assert.equal(await page.evaluate(() => (globalThis as never as { measured: number }).measured), 0);
    await page.keyboard.press('Control+z');
  });

  it('is told in the sidebar: state, ends with their rates, what is refused and lost', async () => {
    await roomForSidebar(browser.page);
    await card('meters').getByText('● open').waitFor();
    const row = (line: string, end: string) => card(line).locator('.gw-ends tbody', { hasText: end });
    await row('meters', 'reader')
      .getByText(/^12\/s\n96 B\/s$/)
      .waitFor();
    await row('meters', 'tap-changer')
      .getByText(/^▮ \d+ refused, now 2\/s$/)
      .waitFor();
    await card('meters').getByText('▮ no answer from unit 7, 12').waitFor();
    await card('vehicle').getByText('◐ not there').waitFor();
    await card('vehicle').getByText('can0 is not there; plug the adapter in').waitFor();
    await row('vehicle', 'logger').getByText('○ unplugged').waitFor();
    await row('vehicle', 'logger')
      .getByText(/^▮ \d+ lost, now 10\/s$/)
      .waitFor();
    const curve = row('meters', 'reader').getByRole('img', { name: 'reader', exact: false }).locator('canvas');
    await curve.waitFor();
    const isPainted = (canvas: SVGElement | HTMLElement) => {
      const picture = canvas as HTMLCanvasElement;
      return picture
        .getContext('2d')
        ?.getImageData(0, 0, picture.width, picture.height)
        .data.some(byte => byte > 0);
    };
    assert.equal(await curve.evaluate(isPainted), true);
  });

  it('counts what each rule decided, and says when last', async () => {
    const rules = card('meters').locator('.gw-rules tbody tr');
    await rules
      .filter({ hasText: 'no rule fits' })
      .filter({ hasText: 'grid-guard to tap-changer' })
      .getByText('now')
      .waitFor();
    const idle = rules.filter({ hasText: 'tap-position' });
    assert.deepEqual(await idle.locator('td').allTextContents(), ['0', '–']);
    await browser.shoot('traffic-view');
  });

  it('shows the last frames in words, of one end when asked, and holds still', async () => {
    const { page } = browser;
    const frames = card('meters').locator('.gw-frame');
    await frames
      .filter({ hasText: 'reader →' })
      .filter({ hasText: 'unit 3' })
      .filter({ hasText: 'read holding' })
      .first()
      .waitFor();
    await frames.filter({ hasText: '▮ refused by grid-guard' }).filter({ hasText: '▮ exception 1' }).first().waitFor();
    await card('meters').getByLabel('Show the frames of').selectOption({ label: 'tap-changer' });
    await frames.filter({ hasText: 'reader' }).first().waitFor({ state: 'detached' });
    const hold = card('meters').getByRole('button', { name: 'Hold still' });
    await hold.focus();
    await page.keyboard.press('Enter');
    const held = await frames.allTextContents();
    const figures = card('meters').locator('.gw-ends .gw-trouble').filter({ hasText: 'refused' });
    const before = (await figures.textContent()) ?? '';
    await page.waitForFunction(was => document.querySelector('.gw-ends')?.textContent?.includes(was) === false, before);
    assert.deepEqual(await frames.allTextContents(), held);
    await page.keyboard.press('Enter');
    await card('meters').getByRole('button', { name: 'Hold still' }).waitFor();
    await page.waitForFunction(
      newest => document.querySelector('.gw-frame .gw-frame-time')?.textContent !== newest,
      await frames.first().locator('.gw-frame-time').textContent(),
    );
  });

  it('gives the frames of a CAN bus names and units by a DBC file, and still does after a reload', async () => {
    const { page } = browser;
    const give = async (name: string, text: string) =>
      card('vehicle')
        .locator('input[type=file]')
        .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
    await card('vehicle').locator('summary', { hasText: 'Signals' }).click();
    await give('broken.dbc', 'BO_ 291 Engine 8 ECU');
    await card('vehicle')
      .getByText(/^This is no DBC file: line 1: ":" is missing before "8"\. Choose another one\.$/)
      .waitFor();
    await give('engine.dbc', DBC);
    const signal = card('vehicle').locator('.gw-signals tr', { hasText: 'Engine.Speed' });
    await signal.getByText('2000', { exact: true }).waitFor();
    assert.deepEqual(await signal.locator('td').allTextContents(), ['2000', 'rpm']);
    await card('vehicle')
      .locator('.gw-frame', { hasText: 'Speed 2000 rpm' })
      .filter({ hasText: 'Hot yes' })
      .first()
      .waitFor();
    await card('vehicle').scrollIntoViewIfNeeded();
    await browser.shoot('traffic-signals');
    await page.reload();
    await node('meters').waitFor();
    await sidebar('gatewright:show-traffic');
    await card('vehicle').locator('.gw-frame', { hasText: 'Speed 2000 rpm' }).first().waitFor();
  });

  it('is recorded into a file that Wireshark reads, and can be ended early', async () => {
    const { page } = browser;
    await card('meters').locator('summary', { hasText: 'Record' }).click();
    const downloaded = page.waitForEvent('download');
    await card('meters').getByRole('combobox', { name: 'Of', exact: true }).selectOption({ label: 'reader' });
    await card('meters').getByRole('button', { name: 'Record', exact: true }).click();
    const arrived = card('meters').getByText(/B so far$/);
    // The file begins before anything is heard: it grows with the first frames.
    const first = (await arrived.textContent()) ?? '';
    await arrived.filter({ hasNotText: first }).waitFor();
    await browser.shoot('traffic-record');
    await card('meters').getByRole('button', { name: 'Stop and keep' }).click();
    const download = await downloaded;
    assert.equal(download.suggestedFilename(), 'substation-1-meters.pcapng');
    const file = join(folder, 'meters.pcapng');
    await download.saveAs(file);
    const argv = ['-r', file, '-T', 'fields', '-e', 'mbtcp.unit_id', '-e', 'modbus.func_code'];
    const { stdout, status } = spawnSync('tshark', argv, { encoding: 'utf8', timeout: 20_000 });
    assert.equal(status, 0);
    assert.deepEqual([...new Set(stdout.trim().split('\n'))], ['3\t3']);
    await lines.until(() => lines.tapped.length === 0);
  });

  it('can be reached by the keyboard alone', async () => {
    const { page } = browser;
    await page.getByRole('tab', { name: 'Traffic' }).focus();
    await page.keyboard.press('Home');
    await page.locator('.gw-card .gw-card-state').first().waitFor();
    for (const _of of ['Topology', 'Traffic']) await page.keyboard.press('ArrowRight');
    await card('meters').waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'meters');
  });

  it('is recorded of a card of a VM, too, where that VM is looked at, by keys alone', async () => {
    const { page } = browser;
    await sidebar('gatewright:show-topology');
    await page.locator('.gwt-node[aria-label^="VM reader"]').focus();
    await page.keyboard.press('Enter');
    const details = page.locator('.gw-topology-details', { hasText: 'VM reader' });
    await details.locator('summary', { hasText: 'Card eth0' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('600');
    await page.keyboard.press('Tab');
    assert.deepEqual(await violations(page, '.gw-topology-details'), []);
    const downloaded = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    await lines.until(() => lines.recorded.length === 1);
    assert.deepEqual(lines.recorded, [`port.${GATEWAY}/reader.eth0 65535`]);
    const first = (await details.getByText(/B so far$/).textContent()) ?? '';
    const bytes = ipFrame(
      { sourceMac: '02:00:00:00:00:01', targetMac: '02:00:00:00:00:02' },
      { protocol: 'tcp', source: '10.30.0.10', destination: '10.30.0.1', sourcePort: 40_000, destinationPort: 8_883 },
    );
    const frame = { atUs: Date.now() * 1_000, direction: 'from-vm', length: bytes.length, bytes } as const;
    lines.pass(lines.recorded[0] ?? '', [frame]);
    await details
      .getByText(/B so far$/)
      .filter({ hasNotText: first })
      .waitFor();
    // Somebody looks elsewhere meanwhile: it goes on.
    await page.locator('.gwt-node[aria-label^="VM tap-changer"]').click();
    await page.locator('.gwt-node[aria-label^="VM reader"]').click();
    await browser.shoot('topology-record');
    await details.getByRole('button', { name: 'Stop and keep' }).press('Enter');
    const download = await downloaded;
    assert.equal(download.suggestedFilename(), 'substation-1-reader-eth0.pcapng');
    const file = join(folder, 'reader.pcapng');
    await download.saveAs(file);
    assert.deepEqual(await tsharkFields(await readFile(file), 'ip.src', 'tcp.dstport'), [['10.30.0.10', '8883']]);
    await details.getByText(/^Saved, /).waitFor();
    await lines.until(() => lines.recorded.length === 0);
    await sidebar('gatewright:show-traffic');
  });

  it('is readable in a dark theme too', async () => {
    await darken(browser.page);
    const ink = await labels()
      .first()
      .locator('.gw-wire-rate')
      .first()
      .evaluate(text => getComputedStyle(text).fill);
    assert.equal(ink, 'rgb(230, 232, 235)');
    await browser.shoot('traffic-dark');
  });

  it('stands at the wire from the card of a VM into its network as well, in the same look', async () => {
    assert.equal(await labels().filter({ hasText: '40/s' }).count(), 0);
    (scene as Scene).cards = true;
    const label = labels().filter({ hasText: '→ 40/s' });
    await label.filter({ hasText: '← 6/s' }).filter({ hasText: '▮ 2/s lost' }).waitFor();
    assert.equal(await label.locator('.gw-wire-last').textContent(), '');
    const wire = await label.evaluate(element => {
      const { source, target } = (element.parentNode as unknown as { __data__: Record<string, { name: string }> })
        .__data__;
      const line = element.parentNode?.querySelector('path.red-ui-flow-link-line') as SVGPathElement;
      const { x, y } = line.getPointAtLength(line.getTotalLength() * 0.4);
      const isAt = element.getAttribute('transform') === `translate(${Math.round(x)}, ${Math.round(y)})`;
      return [source?.name, target?.name, isAt];
    });
    assert.deepEqual(wire, ['reader', 'billing-lan', true]);
    assert.equal(await labels().count(), 6, 'five of buses, and this one');
    await browser.shoot('traffic-cards');
  });

  it('is not asked for while nobody sees a line, and is there again when somebody does', async () => {
    await sidebar('gatewright:show-plan');
    await openTab('Nothing here');
    await lines.until(() => lines.watched.length === 0);
    await openTab('One line');
    await labels().filter({ hasText: '← 12/s' }).first().waitFor();
  });

  it('met no refusal by the content policy on the way', () => assert.deepEqual(browser.complaints, []));

  it('is there again by itself when the server was started anew', async () => {
    const { port } = server;
    await server.stop();
    await labels().first().waitFor({ state: 'detached' });
    server = await startProcess(home, '--port', String(port));
    await labels().filter({ hasText: '← 12/s' }).first().waitFor();
  });

  it('says why there is none when the agent is gone', async () => {
    await labels().filter({ hasText: '→ 40/s' }).waitFor();
    await sidebar('gatewright:show-traffic');
    await gateway?.stop();
    gateway = undefined;
    await browser.page.locator('.gw-traffic .gw-warning', { hasText: GATEWAY }).waitFor();
    assert.equal(await labels().count(), 0);
    await browser.shoot('traffic-away');
  });
});
