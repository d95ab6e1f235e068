// The traffic of real guests in the editor: the CAN bus of the vehicle drawing on an embedded gateway, nothing pretended.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flowText } from '../../scripts/golden.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { applyPlanned } from '../server/apply.ts';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';
import { GuestPage } from './guest-page.ts';

const GATEWAY = 'vehicle-1';

describe('the traffic of real guests in the editor', function () {
  this.timeout(300_000).bail(true);
  let home = '';
  let server: TestServer;
  let browser: Browser;
  const guests = new Map<string, GuestPage>();

  before(async () => {
    buildPack();
    home = await makeEmptyHome();
    const { imageDirectory, snapshotDirectory } = await embeddedSettings();
    await cp(imageDirectory, join(home, 'images'), { recursive: true });
    await cp(snapshotDirectory, join(home, 'snapshots'), { recursive: true, force: true }).catch(ignoreAbsent);
    const nodes: readonly Record<string, unknown>[] = JSON.parse(flowText('connected-vehicle'));
    const embedded = { backend: 'embedded', hypervisor: 'v86' };
    const flow = nodes.map(node => (node.type === 'gatewright-gateway' ? { ...node, ...embedded } : node));
    await writeFile(join(home, 'flows.json'), JSON.stringify(flow));
    server = await startProcess(home);
    await applyPlanned(server.url, GATEWAY);
    browser = await openBrowser();
    for (const vm of ['engine', 'head-unit', 'workshop']) {
      const guest = await GuestPage.open(browser.context, server.url, `${GATEWAY}/${vm}`);
      guests.set(vm, guest);
      const begun = await guest.run(
        'stty raw -echo -F /dev/ttyS1; exec 3<>/dev/ttyS1; (cat <&3 >/dev/null &); printf "S6\\rO\\r" >&3',
      );
      assert.equal(begun.code, 0, begun.text);
    }
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await removeHome(home);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('vehicle-failed');
  });

  const labels = () => browser.page.locator('.gw-wire-label');
  /** Says a frame about ten times a second until the guest is switched off. */
  const keepSaying = (vm: string, ...frames: readonly string[]) =>
    guests.get(vm)?.run(`(while :; do printf '${frames.map(one => `${one}\\r`).join('')}' >&3; sleep 0.1; done &)`);

  it('stands at the wires: what a guest says, what reaches another one, and what is refused', async () => {
    await keepSaying('engine', 't0C981388000000000000', 't1F588888888888888888');
    await keepSaying('head-unit', 't2A080500000000000000', 't7DF802010C0000000000');
    const { page } = browser;
    await page.bringToFront();
    await page.goto(server.url);
    await labels()
      .filter({ hasText: /refused/ })
      .first()
      .waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.gw-wire-rate')].some(one => /→ [1-9]/.test(one.textContent ?? '')),
    );
    await browser.shoot('vehicle-wires');
  });

  it('is told in the sidebar, frame by frame', async () => {
    const { page } = browser;
    await page.evaluate(() => RED.actions.invoke('gatewright:show-traffic'));
    const row = (end: string) => page.locator('.gw-ends tbody', { hasText: end });
    await row('head-unit')
      .getByText(/refused, now/)
      .waitFor();
    await page.locator('.gw-frame', { hasText: 'engine →' }).filter({ hasText: '0C9' }).first().waitFor();
    await browser.shoot('vehicle-traffic');
  });

  it('is recorded as Wireshark reads CAN', async () => {
    const path = `/gatewright/lines/${GATEWAY}/drive/capture?seconds=2&end=vm.${GATEWAY}/head-unit&direction=out`;
    const file = join(home, 'drive.pcapng');
    await writeFile(file, Buffer.from(await (await fetch(new URL(path, server.url))).arrayBuffer()));
    const { stdout, status } = spawnSync(
      'tshark',
      ['-r', file, '-T', 'fields', '-e', 'can.id', '-e', 'frame.comment'],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    assert.equal(status, 0);
    const seen = new Set(stdout.split('\n').filter(row => row !== ''));
    // Of what the engine says, the head unit hears the speed alone.
    assert.deepEqual(seen, new Set([`${0x0c9}\t`, `${0x1f5}\trefused by head-guard`]));
    assert.deepEqual(browser.complaints, []);
  });
});

/** There are no memories before the first boot of all. */
function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
