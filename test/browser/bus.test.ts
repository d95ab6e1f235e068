// A bus in the editor: its wires and ports, its form as each protocol has it, and the forms that follow what is wired.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { protocolFields } from '../../runtime/model/protocol.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';
import type { TestServer } from '../server/server-process.ts';
import type { Browser } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';

interface FlowNode {
  readonly id: string;
  readonly wires?: readonly (readonly string[])[];
}

const FLOW = fileURLToPath(new URL('../../flows/smart-meter/flow.json', import.meta.url));
const DRAWN: readonly FlowNode[] = JSON.parse(readFileSync(FLOW, 'utf8'));

/** As it was drawn before buses had settings: on a serial server, and not wired to the box. */
const FORMER = {
  ...{ id: 'former', type: 'gatewright-bus', z: 'smartMeterTab', name: 'former', gateway: 'gatewaySubstation1' },
  ...{ protocol: 'modbus-rtu', device: 'tcp://192.168.50.10:4001', baudRate: 9600, parity: 'even', stopBits: '1' },
  ...{ answerMs: 250, messages: 'read', version: 1, x: 370, y: 420, wires: [[], []] },
};
const FORMER_GUARD = {
  ...{
    id: 'former-guard',
    type: 'gatewright-firewall',
    z: 'smartMeterTab',
    name: 'former-guard',
    was: '',
    rules: [],
  },
  ...{ lineRules: [{ id: 'read', action: 'accept', functions: 'read' }], version: 1, x: 600, y: 420, wires: [[]] },
};

/** What is filled in for each protocol, and what shall be kept of it: nothing that is a default. */
const FILLED: Readonly<Record<string, { readonly type: Readonly<Record<string, string>>; readonly kept: object }>> = {
  can: { type: { adapter: 'slcan', bitRate: '250000' }, kept: { adapter: 'slcan', bitRate: '250000' } },
  modbus: { type: { baudRate: '38400', answerMs: '1000' }, kept: { baudRate: 38_400 } },
  mqtt: {
    type: { host: 'broker.example', clientId: 'substation-1', password: 'broker-password', port: '8883' },
    kept: { host: 'broker.example', clientId: 'substation-1', password: 'broker-password' },
  },
  serial: { type: { baudRate: '115200', parity: 'odd' }, kept: { baudRate: 115_200, parity: 'odd' } },
  websocket: { type: { url: 'wss://panel.example/line' }, kept: { url: 'wss://panel.example/line' } },
};

/** As Node-RED writes a value that the environment gives. */
const variable = (name: string) => `\${${name}}`;

describe('a bus in the editor', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  before(async () => {
    editor = await openEditor(JSON.stringify([...DRAWN, FORMER, FORMER_GUARD]));
    ({ server, browser } = editor);
    await browser.page.goto(server.url);
    await node('meters').waitFor();
  });
  after(() => editor?.close());

  const node = (label: string) => browser.page.locator('g.red-ui-flow-node', { hasText: label }).first();
  const edit = async (label: string) => {
    await node(label).dblclick();
    await browser.page.locator('#node-input-name').waitFor();
  };
  const close = async (how: 'ok' | 'cancel') => {
    await browser.page.locator(`#node-dialog-${how}`).click();
    await browser.page.locator('#node-input-name').waitFor({ state: 'detached' });
  };
  const isShown = (selector: string) => browser.page.locator(selector).isVisible();
  const option = (name: string) => browser.page.locator(`#gw-option-${name}`);
  /** Where a text is written, or the option itself. */
  const control = (name: string) =>
    browser.page.locator(`#gw-option-${name}-written, #gw-option-${name}:visible`).first();
  const fault = (name: string) => browser.page.locator(`[data-gw-option="${name}"] .gw-fault`);
  const fieldOf = (id: string, field: string) =>
    browser.page.evaluate(([name, key]) => RED.nodes.node(name ?? '')?.[key ?? ''], [id, field]);
  const fill = async (name: string, value: string) => {
    const isChoice = await option(name).evaluate(input => input.tagName === 'SELECT');
    await (isChoice ? option(name).selectOption(value) : control(name).fill(value));
  };

  it('keeps every wire of the drawing', async () => {
    const drawn = DRAWN.flatMap(({ wires = [] }) => wires.flat()).length;
    assert.equal(await browser.page.locator('.red-ui-flow-link').count(), drawn);
  });

  it('has an input for its connector and messages, an output for VMs and one for answers', async () => {
    assert.equal(await node('meters').locator('.red-ui-flow-port-input').count(), 1);
    assert.equal(await node('meters').locator('.red-ui-flow-port-output').count(), 2);
    await browser.shoot('bus');
  });

  it('shows what counts where a flow does not say it', async () => {
    assert.equal(await fieldOf('busMeters', 'mode'), undefined);
    await edit('meters');
    assert.equal(await browser.page.locator('#node-input-mode').inputValue(), 'shared');
    await close('cancel');
  });

  for (const protocol of PROTOCOLS)
    it(`draws the form of ${protocol.name} from its declaration, and keeps what differs from the defaults`, async () => {
      const { type, kept } = FILLED[protocol.name] ?? assert.fail(`nothing is filled in for ${protocol.name}`);
      await edit('meters');
      await browser.page.selectOption('#node-input-protocol', protocol.name);
      const fields = protocolFields(protocol);
      const rows = await browser.page
        .locator('[data-gw-option]')
        .evaluateAll(all => all.map(row => row.getAttribute('data-gw-option')));
      assert.deepEqual(rows.sort(), fields.map(({ field }) => field).sort());
      for (const [name, value] of Object.entries(type)) await fill(name, value);
      await browser.page.locator('.gw-rare > summary').click();
      await browser.shoot(`bus-${protocol.name}`);
      await close('ok');
      assert.deepEqual(await fieldOf('busMeters', 'settings'), kept);
      await edit('meters');
      for (const [name, value] of Object.entries(type)) {
        const shown = await option(name).inputValue();
        assert.equal(shown, name in kept ? value : '', `${name} after it was opened again`);
      }
      await close('cancel');
    });

  it('shows only what means something as the rest is set, and where its port comes from', async () => {
    await edit('meters');
    await browser.page.selectOption('#node-input-protocol', 'modbus');
    assert.equal(await isShown('[data-gw-option="baudRate"]'), true);
    assert.equal(await control('path').isDisabled(), true);
    assert.match((await browser.page.locator('[data-gw-option="path"]').textContent()) ?? '', /com1 of box/);
    await fill('carrier', 'tcp');
    assert.equal(await isShown('[data-gw-option="baudRate"]'), false);
    assert.equal(await isShown('[data-gw-option="host"]'), true);
    await close('cancel');
  });

  it('says what is wrong while it is typed: bounds at once, the rest in the words of the compiler', async () => {
    await edit('meters');
    await browser.page.selectOption('#node-input-protocol', 'modbus');
    await fill('baudRate', '7');
    assert.equal(await fault('baudRate').textContent(), 'a whole number from 50 to 4000000');
    await fill('baudRate', '9600');
    assert.equal(await fault('baudRate').textContent(), '');
    await browser.page.selectOption('#node-input-protocol', 'websocket');
    await fill('url', 'http://panel.example');
    await fault('url').filter({ hasText: 'is not the URL of a WebSocket. Write one such as wss://' }).waitFor();
    await fill('url', 'wss://panel.example/line');
    await fault('url').filter({ hasNotText: /./ }).waitFor({ state: 'attached' });
    await close('cancel');
  });

  it('keeps rows of a list, and a variable where a choice would be', async () => {
    await edit('meters');
    await browser.page.selectOption('#node-input-protocol', 'mqtt');
    await fill('host', 'broker.example');
    await fill('clientId', variable('CLIENT'));
    await browser.page.locator('[data-gw-option="subscriptions"] .red-ui-editableList > .red-ui-button').click();
    await browser.page.locator('[data-gw-option="subscriptions"] [data-gw-field="filter"]').fill('plant/+/state');
    await close('ok');
    assert.deepEqual(await fieldOf('busMeters', 'settings'), {
      ...{ host: 'broker.example', clientId: variable('CLIENT') },
      subscriptions: [{ filter: 'plant/+/state', qos: 1 }],
    });
    await browser.page.evaluate(text => {
      const bus = RED.nodes.node('busMeters');
      if (bus) Object.assign(bus, { protocol: 'modbus', settings: { parity: text } });
    }, variable('PARITY'));
    await edit('meters');
    assert.equal(await option('parity').inputValue(), variable('PARITY'));
    await close('ok');
    assert.deepEqual(await fieldOf('busMeters', 'settings'), { parity: variable('PARITY') });
  });

  it('survives a deploy and a new page', async () => {
    await browser.page.evaluate(() => {
      const bus = RED.nodes.node('busMeters');
      if (bus) Object.assign(bus, { protocol: 'modbus', settings: { baudRate: 19_200, answerMs: 500 }, changed: true });
    });
    await edit('meters');
    await fill('answerMs', '750');
    await close('ok');
    await browser.page.locator('#red-ui-header-button-deploy').click();
    await browser.page.waitForFunction(() => !RED.nodes.dirty());
    await browser.page.reload();
    await node('meters').waitFor();
    assert.deepEqual(await fieldOf('busMeters', 'settings'), { baudRate: 19_200, answerMs: 750 });
  });

  it('is read as before when it was drawn with an older version', async () => {
    assert.equal(await fieldOf('former', 'protocol'), 'modbus');
    assert.deepEqual(await fieldOf('former', 'settings'), {
      ...{ carrier: 'rtu-over-tcp', host: '192.168.50.10', port: 4001, answerMs: 250 },
    });
    assert.equal(await fieldOf('former', 'version'), 2);
    assert.equal(await fieldOf('former', 'baudRate'), undefined);
    assert.deepEqual(await fieldOf('former-guard', 'modbusRules'), [
      { id: 'read', action: 'accept', functions: 'read' },
    ]);
  });

  it('gives a firewall behind it the rules of its protocol, and none for networks', async () => {
    await edit('grid-guard');
    assert.equal(await isShown('#gw-part-modbusRules'), true);
    assert.equal(await isShown('#gw-part-canRules'), false);
    assert.equal(await isShown('#gw-part-rules'), false);
    assert.equal(await browser.page.locator('#gw-list-modbusRules .gw-list-row').count(), 3);
    await browser.shoot('firewall-modbus');
    await close('cancel');
  });

  it('offers rules for CAN behind a CAN bus, checks them while they are typed, and keeps them', async () => {
    await browser.page.evaluate(() => {
      const [bus, guard] = [RED.nodes.node('busMeters'), RED.nodes.node('firewallGridGuard')];
      if (bus) Object.assign(bus, { protocol: 'can', settings: {} });
      if (guard) Object.assign(guard, { modbusRules: [] });
    });
    await edit('grid-guard');
    assert.equal(await isShown('#gw-part-canRules'), true);
    assert.equal(await isShown('#gw-part-modbusRules'), false);
    await browser.page.locator('#gw-part-canRules .red-ui-editableList > .red-ui-button').click();
    const cell = (name: string) => browser.page.locator(`#gw-list-canRules [data-gw-field="${name}"]`).first();
    await cell('ids').fill('1ff-100');
    assert.ok(await cell('ids').evaluate(input => input.classList.contains('input-error')));
    await cell('ids').fill('100-1ff, 2a0/7f0');
    assert.ok(!(await cell('ids').evaluate(input => input.classList.contains('input-error'))));
    await cell('data').fill('1200/ff00');
    await cell('direction').selectOption('to-vm');
    await browser.shoot('firewall-can');
    await close('ok');
    const [rule] = (await fieldOf('firewallGridGuard', 'canRules')) as readonly Record<string, unknown>[];
    assert.deepEqual([rule?.ids, rule?.data, rule?.direction], ['100-1ff, 2a0/7f0', '1200/ff00', 'to-vm']);
  });

  it('does all that without a complaint of the page', () => {
    assert.deepEqual(browser.complaints, []);
  });
});
