// The pack in a stock editor: forms, ports, early findings on wires, badges, and names that try to be HTML.
import assert from 'node:assert/strict';
import { build, DIST } from '../../scripts/build.ts';
import { type Browser, openBrowser } from '../browser/browser.ts';
import { emptyUserDir, type StockNodeRed, startStockNodeRed } from '../stock/stock-node-red.ts';

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const card = (name: string) => ({ name, mac: '', address: '' });

/** As written by hand: without counts of outputs and without versions. */
const FLOW = [
  { id: 'tab', type: 'tab', label: 'forms' },
  { id: 'gw', type: 'gatewright-gateway', name: 'cell-1', backend: 'simulated' },
  { id: 'tenant', type: 'gatewright-tenant', name: 'vendor-a', colour: '#cc79a7', contact: '' },
  {
    ...{ id: 'vm', type: 'gatewright-vm', z: 'tab', name: 'robot-a', was: '', gateway: 'gw', tenant: 'tenant' },
    ...{ image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 128, watchdog: 'none', startOrder: 100 },
    ...{ nics: [card('eth0'), card('eth1')], x: 140, y: 100, wires: [['sw0'], ['sw1']] },
  },
  ...['sw0', 'sw1'].map((id, index) => ({
    ...{
      id,
      type: 'gatewright-vswitch',
      z: 'tab',
      name: id,
      was: '',
      tenant: 'tenant',
      mode: 'local',
      vni: 0,
      vlan: 0,
    },
    ...{ mtu: 0, subnet: '', x: 340, y: 80 + 60 * index, wires: [[]] },
  })),
  {
    id: 'up',
    type: 'gatewright-uplink',
    z: 'tab',
    name: 'plant',
    gateway: 'gw',
    interface: 'plant',
    x: 540,
    y: 200,
    wires: [],
  },
  { id: 'bad', type: 'gatewright-firewall', z: 'tab', name: HOSTILE, was: '', rules: [], x: 340, y: 260, wires: [[]] },
];

// What the functions below run in is the page; these are the parts of the editor they touch.
type Link = { source: { id: string }; sourcePort: number; target: { id: string } };
type Page = Browser['page'];

const linksOf = (page: Page, id: string) =>
  page.evaluate(node => {
    const links = RED.nodes.getNodeLinks(node, 0) as readonly Link[];
    return links.map(link => `${link.sourcePort}>${link.target.id}`).sort();
  }, id);

const fieldOf = (page: Page, id: string, field: string) =>
  page.evaluate(([node, name]) => RED.nodes.node(node ?? '')?.[name ?? ''], [id, field]);

describe('the pack in the editor', function () {
  this.timeout(120_000);
  let red: StockNodeRed;
  let browser: Browser;
  let page: Page;

  before(async () => {
    await build();
    red = await startStockNodeRed(emptyUserDir(), [DIST]);
    await red.deploy(FLOW);
    browser = await openBrowser();
    page = browser.page;
    page.setDefaultTimeout(10_000);
    await page.goto(red.url);
    await page.locator('.red-ui-flow-node').nth(4).waitFor();
  });
  after(async () => {
    await browser?.close();
    await red?.close();
  });

  const edit = async (id: string) => {
    await page.locator(`[id="${id}"]`).dblclick();
    await page.locator('#node-dialog-ok').waitFor();
    await page.locator('.gw-form').waitFor();
  };
  const done = async () => {
    await page.click('#node-dialog-ok');
    await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  };

  it('keeps every wire of a flow that was written by hand', async () => {
    assert.deepEqual(await linksOf(page, 'vm'), ['0>sw0', '1>sw1']);
    assert.equal(await fieldOf(page, 'vm', 'outputs'), 2);
  });

  it('paints the colour of the tenant on its nodes', async () => {
    const colours = await page
      .locator('.gw-tenant-stripe')
      .evaluateAll(all => all.map(one => one.getAttribute('fill')));
    assert.deepEqual(colours, ['#cc79a7', '#cc79a7', '#cc79a7']);
  });

  it('makes an output of every network card, and moves the wires with their card', async () => {
    await edit('vm');
    await page.locator('.gw-form .red-ui-editableList > .red-ui-button').click();
    assert.equal(await page.locator('[data-gw-field="name"]').nth(2).inputValue(), 'eth2');
    await page.locator('#gw-list-nics .red-ui-editableList-item-remove').first().click();
    await page.waitForFunction(() => document.querySelectorAll('#gw-list-nics > li').length === 2);
    await done();
    const names = ((await fieldOf(page, 'vm', 'nics')) as { name: string }[]).map(nic => nic.name);
    assert.deepEqual(names, ['eth1', 'eth2']);
    assert.deepEqual(await linksOf(page, 'vm'), ['0>sw1']);
  });

  it('says in a form what is wrong with a field while it is typed', async () => {
    await edit('vm');
    const address = page.locator('[data-gw-field="address"]').first();
    await address.fill('10.0.0.299');
    assert.ok(await address.evaluate(input => input.classList.contains('input-error')));
    assert.match((await address.getAttribute('title')) ?? '', /four numbers/);
    await address.fill('10.0.0.7');
    assert.ok(!(await address.evaluate(input => input.classList.contains('input-error'))));
    const vcpus = page.locator('#node-input-vcpus-written');
    await vcpus.fill('');
    await vcpus.pressSequentially('65');
    await page.waitForFunction(() => document.querySelector('#node-input-vcpus')?.classList.contains('input-error'));
    await page.click('#node-dialog-cancel');
    await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  });

  it('shows fields of the overlay only for an overlay', async () => {
    await edit('sw0');
    assert.ok(!(await page.locator('#gw-row-vni').isVisible()));
    await page.selectOption('#node-input-mode', 'overlay');
    assert.ok(await page.locator('#gw-row-vni').isVisible());
    await page.click('#node-dialog-cancel');
    await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  });

  it('marks a wire that cannot be, says why, and forgets it when the wire goes', async () => {
    const wire = (add: boolean) =>
      page.evaluate(adding => {
        const [vm, uplink] = [RED.nodes.node('vm'), RED.nodes.node('up')];
        if (!vm || !uplink) throw new Error('the nodes are not there');
        const nodes = RED.nodes as unknown as { addLink(link: object): void; removeLink(link: object): void };
        const link = RED.nodes.getNodeLinks('vm', 0).find(candidate => candidate.target.id === 'up');
        if (adding) nodes.addLink({ source: vm, sourcePort: 1, target: uplink });
        else if (link) nodes.removeLink(link);
      }, add);
    const faults = () => page.evaluate(() => String(RED.nodes.node('vm')?.validationErrors ?? ''));
    await wire(true);
    await page.waitForFunction(() => RED.nodes.node('vm')?.valid === false);
    assert.match(await faults(), /is a network card, but plant takes wires only from a switch or an edge router/);
    await wire(false);
    await page.waitForFunction(() => RED.nodes.node('vm')?.valid === true);
    assert.equal(await faults(), '');
  });

  it('shows findings on their nodes and in the sidebar as text, whatever a name holds', async () => {
    await page.locator('.gw-finding', { hasText: 'onerror' }).first().waitFor({ state: 'attached' });
    assert.ok((await page.locator('.gw-badge-finding:not(.hide)').count()) > 0);
    assert.equal(await page.evaluate(() => 'hacked' in window), false);
    assert.equal(await page.locator('.gw-sidebar img').count(), 0);
  });

  it('leads from a finding to its node', async () => {
    await page.evaluate(() => RED.sidebar.show('gatewright'));
    await page.locator('.gw-finding', { hasText: 'onerror' }).first().click();
    await page.locator('.red-ui-flow-node-highlighted').first().waitFor({ state: 'attached' });
  });

  it('has help and an icon for every node, and complained about nothing', async () => {
    const missing = await page.evaluate(() => {
      const types = [...document.querySelectorAll('[data-palette-type^="gatewright-"]')];
      return types.filter(type => !type.querySelector('.red-ui-palette-icon')).length;
    });
    assert.equal(missing, 0);
    // The catalogue of other packs is on the Internet, which is not our matter.
    const own = browser.complaints.filter(text => !/catalogue|ERR_NAME_NOT_RESOLVED|ERR_INTERNET/.test(text));
    assert.deepEqual(own, []);
  });
});
