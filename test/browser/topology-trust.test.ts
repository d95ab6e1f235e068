// The views of what runs and of how it is proven. The agent is a real one behind its socket, over simulated drivers; what its TPMs
// prove is said by the test.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEvidence } from '../../runtime/attest/evidence.ts';
import { type Kept, nextRecord, review } from '../../runtime/attest/history.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import type { AttestationStatus, GateStanding, TrustFinding } from '../../runtime/model/attestation.ts';
import { bootOf, logOf, MACHINE } from '../attest/boot-log.ts';
import { softwareTpm } from '../attest/software-evidence.ts';
import { type AttestedGateway, attestedGateway, FakeTrust } from '../lab/attested-gateway.ts';
import { applyPlanned } from '../server/apply.ts';
import { call } from '../server/call.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { violations } from './accessibility.ts';
import { type Browser, openBrowser, roomForSidebar } from './browser.ts';
import { darken } from './dark.ts';

const PUMP_STATION = new URL('../../flows/pump-station/flow.json', import.meta.url);
const GATEWAY = 'pumps-1';
const KEY = '000b'.concat('cd'.repeat(32));
const KERNEL: TrustFinding = { code: 'GW_ATTEST_MISMATCH', message: 'The kernel is another one.', component: 'kernel' };
/** Two boots of one machine, judged by the policy of the first: what it ran before is trusted, another kernel is not. */
function history(): readonly Kept[] {
  const tpm = softwareTpm();
  const of = (kernel: string) => tpm.evidence(logOf(bootOf({ ...MACHINE, kernel })), Buffer.alloc(32, 2));
  const { policy } = of(MACHINE.kernel);
  const records: Kept[] = [];
  for (const kernel of [MACHINE.kernel, 'another']) {
    const evidence = parseEvidence({ ...of(kernel), policy });
    records.push(nextRecord(records.at(-1), evidence, verify(evidence), new Date()));
  }
  return records;
}

describe('what runs and how it is proven, in the editor', function () {
  this.timeout(120_000).bail(true);
  const trust = new FakeTrust();
  const kept = history();
  let folder = '';
  let home = '';
  let gateway: AttestedGateway | undefined;
  let server: TestServer;
  let browser: Browser;

  before(async () => {
    buildPack();
    folder = await mkdtemp(join(tmpdir(), 'gatewright-topology-'));
    gateway = await attestedGateway(GATEWAY, trust, folder);
    home = await makeEmptyHome();
    const nodes: readonly Record<string, unknown>[] = JSON.parse(await readFile(PUMP_STATION, 'utf8'));
    const drawn = nodes.map(node =>
      node.type === 'gatewright-gateway' ? { ...node, backend: 'linux', agentSocket: gateway?.socketPath } : node,
    );
    await writeFile(join(home, 'flows.json'), JSON.stringify(drawn));
    server = await startProcess(home);
    browser = await openBrowser();
    await browser.page.setViewportSize({ width: 1280, height: 720 });
    await browser.page.goto(server.url);
    await browser.page.locator('g.red-ui-flow-node', { hasText: 'control' }).first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await gateway?.stop();
    await removeHome(home);
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('topology-trust-failed');
  });

  const box = (name: string) => browser.page.locator('.gwt-node', { hasText: name }).first();
  const view = (id: string) => browser.page.evaluate(action => RED.actions.invoke(action), `gatewright:show-${id}`);
  const press = (name: string) => browser.page.getByRole('button', { name, exact: true }).click();
  const standing = (state: GateStanding['state'], findings: TrustFinding[] = []): GateStanding => ({
    ...{ gate: `gate.${GATEWAY}/box-boot`, machine: 'host', state, findings },
    ...{ openMs: state === 'trusted' ? 240_000 : 0, proven: { at: Date.now() - 120_000, record: 1 } },
  });
  const status = (gate: GateStanding, more: Partial<AttestationStatus['machines'][0]> = {}): AttestationStatus => ({
    machines: [{ machine: 'host', key: KEY, invited: false, learned: true, ...more }],
    gates: [gate],
  });
  const applied = () => applyPlanned(server.url, GATEWAY);
  const saved = async (name: string): Promise<string> => {
    const downloading = browser.page.waitForEvent('download');
    await press(name);
    const download = await downloading;
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    return file;
  };

  it('loads what lays out pictures only when one is looked at', async () => {
    const { page } = browser;
    const loaded = () =>
      page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/elk')).length);
    assert.equal(await loaded(), 0);
    await view('topology');
    await box('control').waitFor();
    assert.ok((await loaded()) > 0);
  });

  it('shows as planned what is drawn and not there, and as running what was applied', async () => {
    assert.equal(await box('control').getAttribute('aria-label'), 'VM control, planned, of waterworks');
    await applied();
    const running = browser.page.locator('.gwt-node[aria-label="VM reporter, running, of telemetry"]');
    await running.waitFor();
    const kinds = await browser.page.locator('.gwt-node').evaluateAll(nodes => nodes.map(node => node.ariaLabel));
    assert.deepEqual(kinds.map(label => label?.split(' ')[0]).sort(), [
      ...['VM', 'VM', 'bus', 'router', 'switch', 'switch', 'uplink'],
    ]);
    const titles = await browser.page.locator('.gwt-title .gwt-name').allTextContents();
    assert.deepEqual(titles, ['pumps-1, simulated', 'telemetry', 'waterworks']);
    await roomForSidebar(browser.page);
    await browser.shoot('topology');
  });

  it('marks a proof that is there, and one that is not, by shape and word', async () => {
    trust.say(status(standing('trusted')));
    await browser.page.locator('.gwt-title', { hasText: 'box: trusted' }).waitFor();
    trust.say(status(standing('mismatch', [KERNEL])));
    await browser.page.locator('.gwt-title', { hasText: 'box: mismatch' }).waitFor();
    await browser.page.locator('.gwt-label', { hasText: 'box-boot' }).getByText('mismatch').waitFor();
  });

  it('marks what differs from what was applied, says how, and leads to where it is drawn', async () => {
    const file = `${gateway?.resources}/vm/control.json`;
    const stored = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...stored, spec: { ...stored.spec, memoryMiB: 64 } }));
    await browser.page.locator('.gwt-node.gwt-is-drift', { hasText: 'differs' }).waitFor();
    await box('control').click();
    const details = browser.page.locator('.gw-topology-details');
    await details.getByText('memoryMiB: is 64, drawn 128').waitFor();
    await details.getByText('64 MiB').waitFor();
    await details.getByText('through control-guard, gate box-boot (mismatch)').waitFor();
    const console = details.getByRole('link', { name: 'Console of control' });
    assert.match((await console.getAttribute('href')) ?? '', /console\/pumps-1\/control$/);
    await browser.shoot('topology-drift');
    await details.getByRole('button', { name: 'Show it in the drawing' }).click();
    await browser.page.waitForFunction(() =>
      document.querySelector('.red-ui-flow-node-highlighted, .red-ui-flow-node-selected'),
    );
  });

  it('can be gone through and read by the keyboard alone', async () => {
    const { page } = browser;
    await box('drives').focus();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await page.keyboard.press('Home');
    assert.match(await focused(), /^bus drives, in place/);
    await page.keyboard.press('End');
    assert.match(await focused(), /^uplink reports/);
    await page.keyboard.press('Enter');
    await page.locator('.gw-topology-details', { hasText: 'uplink reports' }).waitFor();
    const scale = () => page.evaluate(() => document.querySelector('.gwt')?.getAttribute('transform') ?? '');
    const before = await scale();
    await page.keyboard.press('+');
    assert.notEqual(await scale(), before);
    await page.keyboard.press('0');
    assert.equal(await page.locator('.gwt-node[tabindex="0"]').count(), 1);
  });

  it('is a list, too, in which each thing says where it leads', async () => {
    const { page } = browser;
    await page.locator('.gw-topology-folded > summary').click();
    const row = page.locator('.gw-topology-list tbody tr', { hasText: 'bus drives' });
    await row.getByText('control through control-guard, gate box-boot (mismatch)').waitFor();
    await row.getByText('reporter through telemetry-guard').waitFor();
    assert.deepEqual(await violations(page, '.gw-topology'), []);
    await row.getByRole('button', { name: 'bus drives' }).click();
    await page.locator('.gwt-node.gwt-selected', { hasText: 'drives' }).waitFor();
  });

  it('is saved as it looks, with nothing that depends on the page', async () => {
    const text = await readFile(await saved('SVG'), 'utf8');
    assert.match(text, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(text, /--gwt-ink: ?(#|rgb)/);
    assert.match(text, />control</);
    assert.doesNotMatch(text, /--red-ui|tabindex|<script/);
    const png = await readFile(await saved('PNG'));
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    assert.ok(png.readUInt32BE(16) > 400 && png.readUInt32BE(20) > 400, 'it has all of the picture');
  });

  it('goes from left to right where there is room, in a dark theme too', async () => {
    const { page } = browser;
    await darken(page);
    await press('Full screen');
    const left = (name: string) => box(name).evaluate(node => node.getBoundingClientRect().x);
    await page.waitForFunction(() => {
      const place = (name: string) =>
        [...document.querySelectorAll('.gwt-node')]
          .find(node => node.textContent?.includes(name))
          ?.getBoundingClientRect();
      const [first, last] = [place('drives'), place('reports')];
      return first !== undefined && last !== undefined && last.x > first.x + 300;
    });
    assert.ok((await left('drives')) < (await left('control')));
    await browser.shoot('topology-dark');
    await press('Full screen');
    await page.waitForFunction(() => document.fullscreenElement === null);
  });

  it('tells of each machine how it is proven, since when, by which record, and what differs', async () => {
    trust.kept.set('host', kept.toReversed());
    trust.say(status(standing('mismatch', [KERNEL]))); // two minutes ago by now
    await view('trust');
    const card = browser.page.locator('.gw-trust-card', { hasText: 'box pumps-1' });
    await card.getByText('mismatch', { exact: true }).waitFor();
    await card.getByText('Proven last 2 min ago, by record 1 of its history.').waitFor();
    await card.getByText('kernel: The kernel is another one.').waitFor();
    await card.getByText('▮ closed').waitFor();
    await browser.shoot('trust-dark');
    trust.say(status(standing('trusted'), { endorsement: { issuer: 'Example TPM CA', boundToHost: false } }));
    await card.getByText('trusted', { exact: true }).waitFor();
    await card.getByText(/○ open for [34] min more$/).waitFor();
    await card.getByText('TPM certified by Example TPM CA.').waitFor();
    assert.equal(await card.getByText('The kernel is another one.').count(), 0);
  });

  it('has the history with its evidence, which follows again from the file', async () => {
    const card = browser.page.locator('.gw-trust-card', { hasText: 'box pumps-1' });
    await card.getByText('History', { exact: true }).click();
    await card.locator('li', { hasText: '#2 mismatch' }).waitFor();
    await card.locator('li', { hasText: '#1 trusted' }).waitFor();
    await browser.shoot('trust-history');
    assert.deepEqual(await violations(browser.page, '.gw-trust'), []);
    const file = await saved('Save the evidence of record 2');
    assert.match(file, /verdict-pumps-1-host-2\.json$/);
    const { record, doubts } = review({ number: 2, text: await readFile(file, 'utf8') }, kept[0]);
    assert.deepEqual([record.verdict, doubts], ['mismatch', []]);
  });

  it('asks about each decision once more, and takes it in the name of who decides', async () => {
    await press('Ask now');
    await trust.until('ask host');
    await press('Learn…');
    await browser.page.getByText('From then on box pumps-1 is trusted').waitFor();
    await press('Leave it');
    await press('Learn…');
    await press('Learn');
    await trust.until('learn host');
    const other = '000b'.concat('ef'.repeat(32));
    trust.say(status(standing('stale'), { pendingKey: other }));
    await press('Approve key…');
    await browser.shoot('trust-approve');
    await press('Approve key');
    await trust.until(`approve host ${other}`);
    trust.say({ machines: [], gates: [standing('never')] });
    await press('Enrol…');
    await press('Enrol');
    await trust.until('enrol host');
    assert.deepEqual(
      trust.asked.filter(what => what.startsWith('invite')),
      ['invite host by local'],
    );
    const { entries } = JSON.parse((await call(server.url, { path: '/gatewright/audit' })).text);
    assert.equal(JSON.stringify(entries).includes('ab'.repeat(32)), false, 'no token is kept');
  });

  it('met no refusal by the content policy on the way', () => assert.deepEqual(browser.complaints, []));

  for (const [what, path] of [
    ['what lays it out', '**/elk.js'],
    ['the worker of that', '**/elk-worker.min.js'],
  ] as const)
    it(`is a list while ${what} cannot be loaded, and a picture again when it can`, async () => {
      const { page } = browser;
      await page.route(path, route => route.abort());
      await page.reload();
      await page.locator('g.red-ui-flow-node', { hasText: 'control' }).first().waitFor();
      await view('topology');
      await page.getByText('The picture could not be laid out.').waitFor();
      assert.equal(await page.locator('.gw-topology-list tbody tr').count(), 7);
      await page.unroute(path);
      await press('Look again');
      await box('control').waitFor();
      assert.equal(await page.getByText('The picture could not be laid out.').isVisible(), false);
    });

  it('says so when the gateway is gone, and shows what was there', async () => {
    await view('trust');
    await browser.page.locator('.gw-trust-card').first().waitFor();
    await gateway?.stop();
    gateway = undefined;
    await browser.page.locator('.gw-trust', { hasText: 'It does not answer.' }).waitFor();
    await view('topology');
    await browser.page.getByText(/^pumps-1 does not answer\. This was there/).waitFor();
    await browser.page.locator('.gwt-title', { hasText: 'not connected' }).waitFor();
    assert.equal(await box('control').getAttribute('aria-label'), 'VM control, not known, of waterworks');
  });
});
