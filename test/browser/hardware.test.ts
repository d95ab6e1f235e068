// A hardware node in the editor: where its box is known from, the picture of it, and how the drawing fits the real box.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { modelOf } from '../../nodes/hardware/model.ts';
import { rowsOf } from '../../nodes/hardware/rows.ts';
import { probe } from '../../runtime/hardware/probe.ts';
import type { BoxPort, BoxProfile, PortKind } from '../../runtime/hardware/profile.ts';
import { localHost } from '../../runtime/host/local.ts';
import { flowText } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import type { Browser } from './browser.ts';
import { darken } from './dark.ts';
import { type Editor, openEditor } from './editor.ts';

const fileIn = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EVE = fileIn('../hardware/eve/template_l1_UNO-2372G.json');
const CABINET: BoxProfile = JSON.parse(readFileSync(fileIn('../hardware/dumps/expected/cabinet-pc.json'), 'utf8'));

type Row = Readonly<Record<'label' | 'kind' | 'device' | 'role' | 'mac', string>>;

describe('a hardware node in the editor', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(flowText('smart-meter'));
    ({ server, browser } = editor);
    await browser.page.goto(server.url);
    await box().waitFor();
  });
  after(() => editor?.close());

  // One failure must not hide the others behind a form that is still open.
  afterEach(async () => {
    if (await browser.page.locator('#node-dialog-cancel').isVisible()) await close('cancel');
  });

  const box = () => browser.page.locator('g.red-ui-flow-node', { hasText: 'box' }).first();
  const edit = async () => {
    await box().dblclick();
    await browser.page.locator('.gw-box').waitFor();
  };
  const close = async (how: 'ok' | 'cancel') => {
    await browser.page.locator(`#node-dialog-${how}`).click();
    await browser.page.locator('#node-input-name').waitFor({ state: 'detached' });
  };
  const fieldOf = (field: string) =>
    browser.page.evaluate(name => RED.nodes.node('hardwareBox')?.[name], field) as Promise<unknown>;
  const model = () => browser.page.locator('#node-input-model');
  const sockets = () => browser.page.locator('.gw-box .gw-socket text').allTextContents();
  const socket = (label: string) => browser.page.locator(`.gw-box [data-gw-socket="${label}"]`);
  const caption = () => browser.page.locator('#gw-box-caption').textContent();
  const cells = (field: string) =>
    browser.page
      .locator(`#gw-list-interfaces [data-gw-field="${field}"]`)
      .evaluateAll(all => all.map(one => (one as HTMLInputElement).value));

  it('shows the sockets of a box that was drawn by hand, and which of them are wired', async () => {
    await edit();
    assert.deepEqual(await sockets(), ['lan-1', 'com1']);
    assert.equal(await browser.page.locator('.gw-box .gw-wired').getAttribute('data-gw-socket'), 'com1');
    await browser.shoot('hardware-by-hand');
  });

  it('says of a socket what it is and where its wire goes, and lights the wire', async () => {
    await edit();
    await socket('com1').click();
    assert.match((await caption()) ?? '', /^com1: serial port, \/dev\/serial\/by-id\/usb-FTDI.*, wired to meters$/);
    const focused = browser.page.locator('#gw-list-interfaces [data-gw-field="label"]:focus');
    assert.equal(await focused.inputValue(), 'com1');
    assert.equal(await browser.page.locator('.gw-wire-lit').count(), 1);
    await socket('lan-1').press('Enter');
    assert.equal(await focused.inputValue(), 'lan-1');
    assert.equal(await browser.page.locator('.gw-wire-lit').count(), 0);
    assert.ok(await socket('lan-1').evaluate(one => one.classList.contains('gw-chosen')));
    await socket('com1').click();
    await close('cancel');
    assert.equal(await browser.page.locator('.gw-wire-lit').count(), 0);
  });

  it('follows what is typed', async () => {
    await edit();
    await browser.page.locator('#gw-list-interfaces [data-gw-field="label"]').first().fill('lan-9');
    await socket('lan-9').waitFor();
    assert.deepEqual(await sockets(), ['lan-9', 'com1']);
    await close('cancel');
  });

  it('draws a model from its profile, with what no wire leads to, and says how well it is known', async () => {
    await edit();
    await model().selectOption('dell-edge-gateway-3001');
    assert.deepEqual(await sockets(), ['eth0', 'eth1', 'com1', 'com2', 'gpio-1', 'wifi-2', 'tpm0']);
    assert.deepEqual(await cells('kind'), ['ethernet', 'ethernet', 'serial', 'serial', 'tpm']);
    const roles = browser.page.locator('#gw-list-interfaces [data-gw-field="role"]');
    const shown = await Promise.all([1, 2, 4].map(row => roles.nth(row).isVisible()));
    assert.deepEqual(shown, [true, false, false], 'a network socket has a role, no serial port and no TPM');
    assert.equal(await browser.page.locator('.gw-box .gw-wired').getAttribute('data-gw-socket'), 'com1');
    assert.match((await browser.page.locator('#gw-model-sources').textContent()) ?? '', /not verified: from memory/);
    assert.equal(await browser.page.locator('.gw-box .gw-remembered').count(), 7);
    await socket('gpio-1').click();
    assert.equal(await caption(), 'gpio-1: digital inputs and outputs, not in this drawing');
    await browser.shoot('hardware-model');
    await close('cancel');
  });

  it('takes a box from a file of somebody else, and keeps its profile over a deploy and a new page', async () => {
    await edit();
    await browser.page.setInputFiles('#gw-box-file', EVE);
    await browser.page.waitForFunction(() => $('#node-input-model').val() === 'imported');
    const labels = await cells('label');
    assert.deepEqual(labels, [
      ...['eth0', 'eth1', 'wlan0', 'usb2a', 'usb2b', 'usb2c', 'usb3', 'vga', 'audio'],
      ...['com1', 'com2', 'com3', 'com4'],
    ]);
    await browser.shoot('hardware-eve');
    await close('ok');
    const profile = (await fieldOf('profile')) as BoxProfile;
    assert.ok(
      profile.ports.some(({ address }) => address.pciAddress !== undefined),
      'addresses came along',
    );
    const rows = (await fieldOf('interfaces')) as readonly Row[];
    assert.deepEqual(
      rows.map(({ label }) => label),
      labels,
    );
    const links = await browser.page.evaluate(() => RED.nodes.getNodeLinks('hardwareBox', 0));
    assert.deepEqual(
      links.map(({ sourcePort }) => labels[sourcePort]),
      ['com1'],
      'the wire stays with its label',
    );
    await browser.page.locator('#red-ui-header-button-deploy').click();
    await browser.page.waitForFunction(() => !RED.nodes.dirty());
    await browser.page.reload();
    await box().waitFor();
    assert.deepEqual(await fieldOf('profile'), profile);
    await edit();
    assert.equal(await model().inputValue(), 'imported');
    assert.deepEqual(await cells('label'), labels);
    await close('cancel');
  });

  it('says what is wrong with a file that describes no box, and keeps what was there', async () => {
    await edit();
    const before = await cells('label');
    await browser.page.setInputFiles('#gw-box-file', {
      name: 'poem.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('roses'),
    });
    await browser.page
      .locator('#gw-box-note.gw-fault')
      .filter({ hasText: /cannot be read.*Give a profile/ })
      .waitFor();
    assert.deepEqual(await cells('label'), before);
    await close('cancel');
  });

  it('reads the box itself by the agent of its gateway', async () => {
    const own = modelOf(await probe(localHost));
    await edit();
    await browser.page.locator('#gw-box-probe').click();
    await browser.page.waitForFunction(() => $('.gw-box-buttons button:disabled').length === 0);
    assert.equal(
      await browser.page.locator('#gw-box-note').textContent(),
      'substation-1 is simulated: this is the computer that Gatewright runs on.',
    );
    assert.deepEqual(
      await cells('label'),
      rowsOf(own.sockets).map(({ label }) => label),
    );
    assert.equal(await browser.page.locator('#node-input-memoryMiB').inputValue(), String(own.memoryMiB));
    await browser.shoot('hardware-this-host');
    await close('cancel');
  });

  it('shows in words how the drawing fits the real box, and takes over what is chosen', async () => {
    await browser.page.route('**/gatewright/profile?*', route => route.fulfill({ json: { profile: CABINET } }));
    await browser.page.evaluate(interfaces => {
      const node = RED.nodes.node('hardwareBox');
      if (node) Object.assign(node, { model: 'custom', profile: null, vcpus: 4, memoryMiB: 2048, interfaces });
    }, DRAWN);
    await edit();
    await browser.page.locator('#gw-box-compare').click();
    const items = browser.page.locator('.gw-comparison-rows li');
    await items.first().waitFor();
    const fits = await items.evaluateAll(all => all.map(one => one.getAttribute('data-gw-fit')));
    assert.deepEqual(fits, ['same', 'renamed', 'missing', 'open', 'open']);
    assert.match((await items.nth(1).textContent()) ?? '', /The card with the address \S+ is enp2s0f0, not eth7\./);
    assert.match((await items.nth(2).textContent()) ?? '', /ttyS9 is not on this box\. .*Guessed by its order/);
    await browser.shoot('hardware-compare');
    await items.nth(2).locator('select').selectOption({ label: 'ttyS4, /dev/ttyS4' });
    await browser.page.locator('.gw-comparison label', { hasText: 'can1' }).click();
    await browser.page.locator('.gw-take-over').click();
    await browser.page
      .locator('.gw-comparison-head', { hasText: 'Cabinet PC 100 All connectors are as drawn' })
      .waitFor();
    assert.match((await browser.page.locator('#gw-box-note').textContent()) ?? '', /^Taken over\. Press Done/);
    assert.deepEqual(await cells('device'), ['enp1s0', 'enp2s0f0', '/dev/ttyS4', '/dev/ttyS1', 'can0', 'can1']);
    assert.equal(await browser.page.locator('#node-input-memoryMiB').inputValue(), '7831');
    await browser.shoot('hardware-bound');
    await close('ok');
    const bound = (await fieldOf('profile')) as BoxProfile;
    const named = bound.ports.flatMap(({ name, label }) => (name === undefined ? [] : [`${name} is ${label}`]));
    assert.deepEqual(named, [
      ...['lan-1 is enp1s0', 'lan-2 is enp2s0f0', 'field is can0'],
      ...['com2 is ttyS1', 'com1 is ttyS4'],
    ]);
    assert.equal(await fieldOf('model'), 'imported');
  });

  it('lets an answer go that comes when its form is closed', async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    await browser.page.unroute('**/gatewright/profile?*');
    await browser.page.route('**/gatewright/profile?*', async route => {
      isAsked();
      await mayAnswer;
      await route.fulfill({ json: { profile: { ...CABINET, ports: [] } } });
    });
    await edit();
    await browser.page.locator('#gw-box-probe').click();
    await asked;
    await close('cancel');
    await edit();
    const before = await cells('label');
    const answered = browser.page.waitForResponse('**/gatewright/profile?*');
    answer();
    await (await answered).finished();
    await browser.page.evaluate(() => new Promise(resolve => setTimeout(resolve, 0)));
    assert.deepEqual(await cells('label'), before);
    assert.equal(await browser.page.locator('#gw-box-note').textContent(), '');
    await close('cancel');
  });

  it('says why the box cannot be read', async () => {
    await browser.page.unroute('**/gatewright/profile?*');
    await browser.page.evaluate(() => {
      const gateway = RED.nodes.node('gatewaySubstation1');
      if (gateway) gateway.name = 'not-deployed';
    });
    await edit();
    await browser.page.locator('#gw-box-compare').click();
    await browser.page
      .locator('#gw-box-note.gw-fault')
      .filter({ hasText: 'no gateway not-deployed is drawn' })
      .waitFor();
    await close('cancel');
  });

  it('shows each side of a box of which it is known where its sockets are', async () => {
    await edit();
    const file = { name: 'seen.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(SEEN)) };
    await browser.page.setInputFiles('#gw-box-file', file);
    await socket('HDMI').waitFor();
    const sides = await browser.page.locator('.gw-box-side').allTextContents();
    assert.deepEqual(sides, ['front', 'rear', 'schematic']);
    // Both at one moment: the form may still be sliding in.
    const shown = await socket('lan-2').elementHandle();
    const [left, right] = await socket('lan-1').evaluate(
      (first, second) =>
        [first, second as Element].map(one => one.getBoundingClientRect().toJSON()) as [DOMRect, DOMRect],
      shown,
    );
    assert.ok(left.x < right.x && Math.abs(left.y - right.y) < 2);
    await browser.shoot('hardware-sides');
    await close('cancel');
  });

  it('can be read in a dark theme', async () => {
    await darken(browser.page);
    await edit();
    await model().selectOption('hpe-gl20');
    await socket('com1').click();
    const ink = await socket('com1')
      .locator('text')
      .evaluate(text => getComputedStyle(text).fill);
    assert.equal(ink, 'rgb(230, 232, 235)');
    await browser.shoot('hardware-dark');
    await close('cancel');
    // A refusal shows as a failed load in the console of the page; nothing else may be there.
    assert.deepEqual(
      browser.complaints.filter(complaint => !/status of (422|404)/.test(complaint)),
      [],
    );
  });
});

/** As somebody drew it who saw the box once: one card has another name by now, and a serial port is numbered wrong. */
const DRAWN: readonly Row[] = [
  { label: 'lan-1', kind: 'ethernet', device: 'enp1s0', role: 'management', mac: '' },
  { label: 'lan-2', kind: 'ethernet', device: 'eth7', role: 'plant', mac: macOf('enp2s0f0') },
  { label: 'com1', kind: 'serial', device: '/dev/ttyS9', role: 'plant', mac: '' },
  { label: 'com2', kind: 'serial', device: '', role: 'plant', mac: '' },
  { label: 'field', kind: 'can', device: '', role: 'plant', mac: '' },
];

const FRONT: readonly (readonly [string, PortKind, number, number])[] = [
  ['LAN 1', 'ethernet', 12, 70],
  ['LAN 2', 'ethernet', 24, 70],
  ['COM 1', 'serial', 44, 70],
  ['COM 2', 'serial', 44, 10],
  ['USB 1', 'usb', 62, 70],
  ['USB 2', 'usb', 62, 20],
  ['CAN', 'can', 82, 70],
];

/** As somebody wrote it who had a photo of the box. */
const SEEN: BoxProfile = {
  ...CABINET,
  ports: [
    ...FRONT.map(([label, kind, xPercent, yPercent]) => portAt(label, kind, { file: 'front', xPercent, yPercent })),
    portAt('ANT', 'wifi', { file: 'rear', xPercent: 90, yPercent: 40 }),
    portAt('HDMI', 'display', { file: 'rear', xPercent: 20, yPercent: 60 }),
    { label: 'GPIO', kind: 'gpio', address: {}, evidence: { '*': { confidence: 'user', source: 'a photo' } } },
  ],
};

function portAt(label: string, kind: PortKind, photo: NonNullable<BoxPort['photo']>): BoxPort {
  return { label, kind, photo, address: {}, evidence: { '*': { confidence: 'user', source: 'a photo' } } };
}

function macOf(name: string): string {
  return CABINET.nics.find(nic => nic.interface === name)?.mac ?? assert.fail(`${name} has no address`);
}
