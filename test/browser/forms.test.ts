// The forms of nodes: what is chosen by itself, what can be chosen, what is wrong in words, and environment variables.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyProfile } from '../../runtime/hardware/profile.ts';
import { call } from '../server/call.ts';
import type { TestServer } from '../server/server-process.ts';
import { type Browser, drag, middleOf } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

const SMART_METER = new URL('../../flows/smart-meter/flow.json', import.meta.url);
const GATEWAY = 'substation-1';
const VARIABLE = `$\{MEMORY}`;

/** Names of images are told without looking into them. */
async function withImages(home: string): Promise<void> {
  for (const name of ['meter-os', 'robot-os']) {
    const folder = join(home, 'images', name, 'i386');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'manifest.json'), '{}');
  }
}

describe('forms of nodes', function () {
  this.timeout(120_000).bail(true);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;

  before(async () => {
    const nodes: readonly Readonly<Record<string, unknown>>[] = JSON.parse(await readFile(SMART_METER, 'utf8'));
    const env = [{ name: 'MEMORY', value: '256', type: 'num' }];
    const drawn = nodes.map(one =>
      one.type === 'tab' ? { ...one, env } : one.id === 'gatewaySubstation1' ? { ...one, backend: 'embedded' } : one,
    );
    editor = await openEditor(JSON.stringify(drawn), { size: { width: 1600, height: 1200 }, prepare: withImages });
    ({ server, browser } = editor);
    await browser.page.route('**/gatewright/profile?*', route => route.fulfill({ json: { profile: BOX } }));
    await browser.page.goto(server.url);
    await node('meters').waitFor();
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('forms-failed');
  });

  const BOX = {
    ...emptyProfile(),
    ports: [
      {
        ...{ label: 'COM 1', kind: 'serial', evidence: {} },
        address: { device: '/dev/serial/by-id/usb-FTDI_1-if00-port0' },
      },
      { label: 'LAN 1', kind: 'ethernet-pf', address: { interface: 'enp1s0' }, evidence: {} },
    ],
  };
  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const typed = (field: string) => browser.page.locator(`#node-input-${field}-written`);
  const fault = (field: string) => browser.page.locator(`#node-input-${field}-fault`);
  const faults = () => browser.page.locator('.gw-fault').allTextContents();
  const done = async () => {
    await browser.page.locator('#node-dialog-ok').click();
    await browser.page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  };
  const drawnVm = () =>
    browser.page.evaluate(() => {
      const found: Record<string, unknown>[] = [];
      RED.nodes.eachNode(one => {
        if (one.type === 'gatewright-vm' && one.id !== 'vmReader' && one.id !== 'vmTapChanger') found.push(one);
        return undefined;
      });
      const [vm] = found;
      return { name: vm?.name, gateway: vm?.gateway, memoryMiB: vm?.memoryMiB, image: vm?.image, valid: vm?.valid };
    });

  it('of a VM from the palette want its name and its tenant only: the only gateway is chosen', async () => {
    const { page } = browser;
    const from = await middleOf(page, '[data-palette-type="gatewright-vm"]');
    const sheet = await middleOf(page, '#red-ui-workspace-chart');
    await drag(page, from, { x: sheet.x, y: sheet.y });
    const id = await page.evaluate(() => {
      let added = '';
      RED.nodes.eachNode(one => {
        if (one.type === 'gatewright-vm' && one.name === '') added = one.id;
        return undefined;
      });
      return added;
    });
    const { x, y } = await middleOf(page, `[id="${id}"]`);
    await page.mouse.dblclick(x, y);
    await page.click('#node-dialog-ok', { trial: true }); // waits until the form stands still
    await fault('name').getByText('Fill this in.').waitFor();
    await fault('tenant').getByText('Fill this in.').waitFor();
    assert.equal(await page.locator('#node-input-gateway').inputValue(), 'gatewaySubstation1');
    assert.deepEqual((await faults()).filter(text => text !== '').length, 2);
    await page.locator('#node-input-name').pressSequentially('Robot');
    await fault('name')
      .getByText(/^1 to 32 lower-case letters/)
      .waitFor();
    await page.locator('#node-input-name').fill('robot-a');
    await page.locator('#node-input-tenant').selectOption({ label: 'grid' });
    await page.waitForFunction(() => [...document.querySelectorAll('.gw-fault')].every(one => one.textContent === ''));
    await browser.shoot('forms-vm');
  });

  it('offer the images that the gateway has, and those that are drawn', async () => {
    const { page } = browser;
    await page.waitForFunction(() => document.querySelectorAll('#node-input-image-values option').length > 1);
    const offered = await page
      .locator('#node-input-image-values option')
      .evaluateAll(all => all.map(one => [one.getAttribute('value'), one.getAttribute('label')]));
    assert.deepEqual(offered.slice(0, 2), [
      ['meter-os', `meter-os, ${GATEWAY}`],
      ['robot-os', `robot-os, ${GATEWAY}`],
    ]);
    assert.equal(await typed('image').getAttribute('list'), 'node-input-image-values');
    await typed('image').fill('robot-os');
  });

  it('say in words below a field what is wrong, at once and as the compiler says it', async () => {
    const { page } = browser;
    await typed('memoryMiB').fill('10');
    await fault('memoryMiB').getByText('A whole number from 64 to 1048576.').waitFor();
    assert.equal(await typed('memoryMiB').getAttribute('aria-describedby'), 'node-input-memoryMiB-fault');
    assert.ok(await page.locator('#node-input-memoryMiB').evaluate(input => input.classList.contains('input-error')));
    await page.locator('#gw-list-nics [data-gw-field="mac"]').first().fill('03:00:00:00:00:01');
    await fault('nics')
      .getByText(/03:00:00:00:00:01/)
      .waitFor();
    await page.locator('#gw-list-nics [data-gw-field="mac"]').first().fill('');
    await page.waitForFunction(() => document.querySelector('#node-input-nics-fault')?.textContent === '');
    await browser.shoot('forms-faults');
  });

  it('take an environment variable in place of a value, and offer those of the tab', async () => {
    const { page } = browser;
    const field = page.locator('#node-input-memoryMiB + .red-ui-typedInput-container');
    await field.locator('.red-ui-typedInput-type-select').click();
    await page.locator('.red-ui-typedInput-options:visible a', { hasText: 'environment variable' }).click();
    const offered = page.locator('#node-input-memoryMiB-values option');
    await offered.first().waitFor({ state: 'attached' });
    assert.deepEqual(await offered.evaluateAll(all => all.map(one => one.getAttribute('value'))), [VARIABLE]);
    assert.equal(await typed('memoryMiB').inputValue(), '', 'the number is no variable');
    await typed('memoryMiB').fill(VARIABLE);
    await page.waitForFunction(() => document.querySelector('#node-input-memoryMiB-fault')?.textContent === '');
    await browser.shoot('forms-variable');
    await done();
    const vm = await drawnVm();
    assert.deepEqual(vm, {
      name: 'robot-a',
      gateway: 'gatewaySubstation1',
      memoryMiB: VARIABLE,
      image: 'robot-os',
      valid: true,
    });
  });

  it('show a variable again as one, and what it stands for counts when it is deployed', async () => {
    const { page } = browser;
    await node('robot-a').dblclick();
    await typed('memoryMiB').waitFor();
    assert.equal(await typed('memoryMiB').inputValue(), VARIABLE);
    const icon = page.locator('#node-input-memoryMiB + .red-ui-typedInput-container .red-ui-typedInput-type-select');
    assert.equal(await icon.getAttribute('title'), 'environment variable');
    await page.locator('#node-dialog-cancel').click();
    await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
    await page.locator('#red-ui-header-button-deploy').click();
    await page.waitForFunction(() => !RED.nodes.dirty());
    const memory = async () => {
      const { design } = JSON.parse((await call(server.url, { path: '/gatewright/design' })).text);
      return design.resources[`vm.${GATEWAY}/robot-a`]?.spec.memoryMiB;
    };
    // It is compiled once its deploy has been answered.
    while ((await memory()) === undefined);
    assert.equal(await memory(), 256);
  });

  it('offer the connectors of the real box for a bus', async () => {
    const { page } = browser;
    await node('meters').dblclick();
    await page.locator('#gw-option-path-written').waitFor();
    const list = await page.locator('#gw-option-path-written').getAttribute('list');
    await page.locator(`#${list} option`).first().waitFor({ state: 'attached' });
    const offered = await page.locator(`#${list} option`).evaluateAll(all => all.map(one => one.getAttribute('label')));
    assert.deepEqual(offered, ['/dev/serial/by-id/usb-FTDI_1-if00-port0, COM 1']);
    await page.locator('#node-dialog-cancel').click();
    assert.deepEqual(browser.complaints, []);
  });
});
