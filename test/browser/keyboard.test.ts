// Every form of ours without a mouse, on a small screen: opened, filled in and closed by keys, with the keyboard in sight all the way.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { flowText } from '../../scripts/golden.ts';
import { applyPlanned } from '../server/apply.ts';
import type { Browser } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';
import { FormWalk, readyToWalk } from './form-walk.ts';

const SMALL = { width: 1280, height: 720 };
const TAB = 'by-keys';
/** As Node-RED writes one. */
const VARIABLE = `$\{KERNEL}`;

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** Beside it one runs, whose forms show more. */
const RUNNING: readonly FlowNode[] = JSON.parse(flowText('smart-meter'));
const GATEWAY = 'substation-1';

/** One of each, as fresh as from the palette. Nobody compiles a tab that is disabled. */
function drawing(): readonly Readonly<Record<string, unknown>>[] {
  const nodes = NODE_TYPES.map(({ type, role, defaults, references, version }, index) => ({
    ...defaults,
    ...references,
    ...{ id: type, type, version, name: nameOf(type) },
    ...(role === 'config' ? {} : { z: TAB, x: 150 + 300 * (index % 3), y: 60 + 60 * index, wires: [] }),
  }));
  return [...RUNNING, { id: TAB, type: 'tab', label: 'by keys', disabled: true }, ...nodes];
}

/** A node type that refers to one of the configuration, and by which field. */
function userOf(config: string): readonly [type: string, field: string] {
  const found = NODE_TYPES.flatMap(({ type, references }) =>
    Object.entries(references).flatMap(([field, of]) => (of === config ? [[type, field] as const] : [])),
  );
  const [first] = found;
  assert.ok(first, `${config} is used by no node`);
  return first;
}

function nameOf(type: string): string {
  return type.slice('gatewright-'.length);
}

describe('forms by keyboard alone', function () {
  this.timeout(240_000).bail(true);
  let browser: Browser;
  let editor: Editor | undefined;

  before(async () => {
    editor = await openEditor(JSON.stringify(drawing()), { size: SMALL });
    browser = editor.browser;
    await applyPlanned(editor.server.url, GATEWAY);
    await browser.page.goto(editor.server.url);
    await browser.page.locator('[data-gw-state="running"]').first().waitFor();
    await readyToWalk(browser.page);
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('keyboard-failed');
  });

  const trays = (count: number) =>
    browser.page.waitForFunction(is => document.querySelectorAll('.red-ui-tray').length === is, count);
  /** What a node holds under its own fields. */
  const held = (type: string): Promise<Readonly<Record<string, unknown>>> => {
    const fields = Object.keys(NODE_TYPES.find(one => one.type === type)?.defaults ?? {});
    return browser.page.evaluate(
      ({ id, of }) => Object.fromEntries(of.map(field => [field, RED.nodes.node(id)?.[field]])),
      { id: type, of: fields },
    );
  };
  /** The other name, and two rows more in each list; some choices fill in more. */
  const isKept = async (type: string) => {
    const now = await held(type);
    assert.equal(now.name, `${nameOf(type)}x`);
    for (const [field, value] of Object.entries(NODE_TYPES.find(one => one.type === type)?.defaults ?? {}))
      if (Array.isArray(value)) assert.ok((now[field] as unknown[]).length >= value.length + 2, field);
  };

  /** By Enter, as Node-RED opens what is selected. */
  async function open(id: string): Promise<void> {
    await browser.page.evaluate(of => {
      const node = RED.nodes.node(of);
      RED.workspaces.show(node?.z ?? '');
      if (node) RED.view.select({ nodes: [node] });
    }, id);
    await browser.page.locator('#red-ui-workspace-chart').focus();
    await browser.page.keyboard.press('Enter');
    await stands();
  }

  /** Waits until the form has come to rest and has the keyboard. */
  const stands = () =>
    browser.page.waitForFunction(() => {
      const tray = [...document.querySelectorAll<HTMLElement>('.red-ui-tray')].at(-1);
      return tray?.style.right === '0px' && tray.contains(document.activeElement);
    });

  /** Fills in the form that is open, renames the node, and presses Done. @returns what went wrong */
  async function fillIn(id: string, prefix: string, dialog: string): Promise<readonly string[]> {
    const walk = new FormWalk(browser.page);
    await walk.everything();
    const ends = ['cancel', 'ok'].map(button => `BUTTON ${dialog}-${button}`);
    const last = walk.order.slice(-3, -1); // then it begins anew
    if (last.join() !== ends.join()) walk.faults.push(`it ends at ${last.join(', ')}`);
    await walk.to(`INPUT ${prefix}-name`);
    await walk.press('End', 'x');
    await walk.to(`BUTTON ${dialog}-ok`, 'Shift+Tab');
    await walk.press('Enter');
    return walk.faults.map(fault => `${id}: ${fault}`);
  }

  for (const { type, role } of NODE_TYPES)
    if (role !== 'config')
      it(`fills in ${nameOf(type)}`, async () => {
        await open(type);
        const faults = await fillIn(type, 'node-input', 'node-dialog');
        await trays(0);
        assert.deepEqual(faults, []);
        await isKept(type);
      });
    else
      it(`fills in ${nameOf(type)} from the form of a node that is of one, and goes back there`, async () => {
        const [from, field] = userOf(type);
        const opener = `node-input-btn-${field}-edit`;
        await open(from);
        const below = new FormWalk(browser.page);
        await below.to(`A ${opener}`);
        await below.press('Enter');
        await browser.page.locator('#node-config-dialog-ok').waitFor();
        await stands();
        const faults = await fillIn(type, 'node-config-input', 'node-config-dialog');
        await browser.page.locator(`#${opener}`).waitFor();
        await stands();
        assert.deepEqual(faults, []);
        await isKept(type);
        assert.equal((await below.where()).key, `A ${opener}`, 'the keyboard is where it was');
        await below.to('BUTTON node-dialog-cancel', 'Shift+Tab');
        await below.press('Enter');
        await trays(0);
      });

  it('reaches what only the form of something that runs shows: the console of a VM, the learning of rules', async () => {
    const shown = { vm: 'BUTTON gw-vm-console', firewall: /^SUMMARY Learn from/ };
    for (const [name, key] of Object.entries(shown)) {
      const drawn = RUNNING.find(({ type }) => type === `gatewright-${name}`);
      await open(drawn?.id ?? '');
      const walk = new FormWalk(browser.page);
      await walk.everything();
      assert.deepEqual(walk.faults, []);
      assert.ok(
        walk.order.some(stop => (typeof key === 'string' ? stop === key : key.test(stop))),
        `${key}`,
      );
      await walk.to('BUTTON node-dialog-cancel', 'Shift+Tab');
      await walk.press('Enter');
      await trays(0);
    }
  });

  it('chooses an environment variable in place of what is written', async () => {
    const [type, field] = ['gatewright-vm', 'kernelArguments'];
    await open(type);
    const walk = new FormWalk(browser.page);
    const chosen = browser.page.locator('.red-ui-typedInput-options:visible a:focus', { hasText: 'written as it is' });
    const written = browser.page.locator(`#node-input-${field}-written:focus`);
    for (const keys of [['Tab'], ['ArrowDown', 'Enter']]) {
      await walk.to(`node-input-${field}-written type`, 'Shift+Tab');
      await walk.press('Enter');
      await chosen.waitFor();
      await walk.press(...keys);
      await written.waitFor();
    }
    assert.equal(await browser.page.locator('.red-ui-typedInput-options:visible').count(), 0);
    await browser.page.keyboard.type(VARIABLE);
    await walk.press('Control+Enter');
    await trays(0);
    assert.equal((await held(type))[field], VARIABLE);
  });

  it('met no error on the way', () => {
    // Nobody knows a gateway of another name before it is deployed.
    assert.deepEqual(
      browser.complaints.filter(text => !/^Failed to load resource: .* 404 /.test(text)),
      [],
    );
  });
});
