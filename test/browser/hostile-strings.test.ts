// Every text field of every node of the pack, with fifty strings in turn that would run where a page takes text for anything else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { flowText, foreignText, referenceFlows } from '../../scripts/golden.ts';
import type { TestServer } from '../server/server-process.ts';
import type { Browser } from './browser.ts';
import { type Editor, openEditor } from './editor.ts';
import { HOSTILE_STRINGS } from './hostile-strings.ts';
import { inEditor, leaveNodeForm, openNodeForm } from './node-form.ts';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

const DOMAIN = readFileSync(new URL('../convert/domains/robot.xml', import.meta.url), 'utf8');

/** What says where a node is and what it is wired to, and no text. */
const NO_TEXT: ReadonlySet<string> = new Set('id type z g wires x y w h nodes style env'.split(' '));

/** Where Node-RED shows descriptions as Markdown, in which an element may be; it takes out what would run. */
const MARKDOWN = '.red-ui-sidebar-info, .red-ui-help';
/** What such an element would load, and does not get; elements elsewhere are found themselves. */
const NOT_LOADED = /^(Failed to load resource|Loading the stylesheet)/;
/** Many strings in one, since to open a form for each of them takes long. */
const AT_ONCE = 25;
const JOINED = Array.from({ length: HOSTILE_STRINGS.length / AT_ONCE }, (_, at) =>
  HOSTILE_STRINGS.slice(at * AT_ONCE, (at + 1) * AT_ONCE).join(' '),
);
/** What a tab's nodes say in their texts, by turns; tabs with forms to open come last. */
const ROUNDS: readonly (readonly string[])[] = [...turns(HOSTILE_STRINGS), ...turns(JOINED)];

/** A list, begun at each of its items. */
function turns(strings: readonly string[]): readonly (readonly string[])[] {
  return strings.map((_, at) => [...strings.slice(at), ...strings.slice(0, at)]);
}

/** One node of each type of ours, with every field that a node of the reference designs has. */
function everyType(): readonly FlowNode[] {
  const types = new Map<string, FlowNode>();
  for (const name of referenceFlows())
    for (const node of JSON.parse(flowText(name)) as readonly FlowNode[])
      if (node.type.startsWith('gatewright-')) types.set(node.type, { ...types.get(node.type), ...node });
  return [...types.values()];
}

/** As it is, with another hostile string in each text. @param next  gives the string */
function poisoned(value: unknown, kept: (text: string) => boolean, next: () => string): unknown {
  if (typeof value === 'string') return kept(value) ? value : next();
  if (Array.isArray(value)) return value.map(one => poisoned(one, kept, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, kept, next)]));
}

/**
 * A tab for each round. Each text of each type has every string on one of them; every other tab keeps what nodes say of each
 * other, so that more of the drawing is read.
 */
function hostileFlow(types: readonly FlowNode[]): readonly FlowNode[] {
  return ROUNDS.flatMap((strings, round) => {
    const string = strings[0] ?? '';
    const tab = { id: `tab${round}`, type: 'tab', label: string, info: string };
    const ids = new Map(types.map((node, at) => [node.id, `n${round}x${at}`]));
    const refersTo = (text: string) => round % 2 === 0 && [...ids.values()].includes(text);
    const nodes = types.map((node, at) => {
      let count = 0;
      const next = () => strings[count++ % strings.length] ?? '';
      const own = Object.fromEntries(
        Object.entries(node)
          .filter(([key]) => key !== 'g')
          .map(([key, value]) => [key, typeof value === 'string' ? (ids.get(value) ?? value) : value])
          .map(([key, value]) => [key, NO_TEXT.has(String(key)) ? value : poisoned(value, refersTo, next)]),
      );
      const place = 'x' in node ? { x: 500, y: 60 + 60 * at, wires: [] } : {};
      const z = 'x' in node ? { z: tab.id } : {};
      return { ...own, ...place, ...z, id: `n${round}x${at}`, type: node.type, name: string, info: string };
    });
    return [tab as FlowNode, ...nodes];
  });
}

/** A domain of libvirt with a string wherever it has a name, a path or a text. */
function hostileDomain(string: string): string {
  return DOMAIN.replace(/(<(?:title|description)>)[^<]*/g, (_, tag: string) => `${tag}${xml(string)}`).replace(
    /\b(file|bridge|network|dev|path|port|model)='[^']*'/g,
    (_, name: string) => `${name}='${xml(string)}'`,
  );
}

function xml(string: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    "'": '&apos;',
    '"': '&quot;',
  };
  return string.replace(/[&<>'"]/g, sign => entities[sign] ?? '');
}

describe('hostile strings', function () {
  this.timeout(240_000).bail(true);
  const types = everyType();
  const anyPlaced = types.findIndex(node => 'x' in node);
  const flow = hostileFlow(types);
  let server: TestServer;
  let browser: Browser;
  let editor: Editor | undefined;
  const ran: string[] = [];

  before(async () => {
    editor = await openEditor(JSON.stringify(flow));
    ({ server, browser } = editor);
    const { page, context } = browser;
    await context.exposeFunction('hostile', (what: unknown) => ran.push(String(what)));
    page.on('dialog', dialog => {
      ran.push(dialog.message());
      dialog.dismiss().catch(() => undefined);
    });
    await page.goto(server.url);
    await page.locator('g.red-ui-flow-node').first().waitFor();
  });
  after(() => editor?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await browser.shoot('hostile-failed');
  });

  /** Nothing ran, nothing was refused by the policy because it would have, and no element came of a string. */
  const unharmed = async (where: string) => {
    const { page } = browser;
    const found = await page.locator('[data-hostile]').evaluateAll((all, markdown) => {
      return all.filter(one => one.closest(markdown) === null).map(one => one.outerHTML);
    }, MARKDOWN);
    assert.deepEqual(found, [], where);
    assert.deepEqual(ran, [], where);
    assert.deepEqual(
      browser.complaints.filter(text => !NOT_LOADED.test(text)),
      [],
      where,
    );
  };

  it('are fifty, and would be seen if a page took them for HTML, so that what follows can fail', async () => {
    assert.equal(new Set(HOSTILE_STRINGS).size, 50);
    const page = await browser.context.newPage();
    const told = page.evaluate(() => {
      const div = document.createElement('div');
      div.innerHTML = '<img data-hostile src=x onerror=hostile(1)>';
      document.body.append(div);
    });
    await told;
    await page.waitForFunction(() => document.querySelector('[data-hostile]') !== null);
    while (ran.length === 0) await page.evaluate(() => new Promise(resolve => requestAnimationFrame(resolve)));
    await page.close();
    ran.length = 0;
  });

  it('stay text on the canvas, on every tab, in labels, statuses, badges and tooltips', async () => {
    const { page } = browser;
    for (const round of ROUNDS.keys()) {
      await inEditor(browser.page, `RED.workspaces.show('tab${round}')`);
      await page.locator(`g.red-ui-flow-node[id="n${round}x${anyPlaced}"]`).waitFor();
    }
    await inEditor(browser.page, "RED.workspaces.show('tab0')");
    await page.locator('.gw-badge-finding').first().hover();
    await page.locator('.red-ui-flow-port-tooltip').waitFor();
    await unharmed('canvas');
  });

  it('stay text in every view of the sidebar', async () => {
    await inEditor(browser.page, "RED.actions.invoke('gatewright:show-plan')");
    await browser.page.locator('.gw-finding').first().waitFor();
    const tabs = browser.page.locator('.gw-view-tab');
    for (let at = 0; at < (await tabs.count()); at += 1) {
      await tabs.nth(at).click();
      await unharmed((await tabs.nth(at).textContent()) ?? '');
    }
  });

  it('stay text in the form of every node, whatever its fields hold', async () => {
    const { page } = browser;
    for (const [at, node] of types.entries())
      for (let round = HOSTILE_STRINGS.length; round < ROUNDS.length; round += 1) {
        await openNodeForm(page, { ...node, id: `n${round}x${at}` });
        await unharmed(`form of ${node.type}, ${round}`);
        await leaveNodeForm(page);
      }
  });

  it('stay text when they are imported, also as a file that is no flow', async () => {
    const { page } = browser;
    for (const text of [
      JSON.stringify(flow.slice(0, 14)),
      HOSTILE_STRINGS.join('\n'),
      JSON.stringify(HOSTILE_STRINGS),
    ]) {
      await page.click('#red-ui-workspace-chart');
      await page.keyboard.press('Control+i');
      await page.locator('#red-ui-clipboard-dialog-import-text').fill(text);
      await unharmed(`import of ${text.slice(0, 20)}`);
      await page.keyboard.press('Escape');
      await page.locator('#red-ui-clipboard-dialog-import-text').waitFor({ state: 'hidden' });
    }
  });

  it('stay text in the report of a conversion', async () => {
    const { page } = browser;
    const kept = (text: string) => /^[A-Za-z0-9.-]{0,20}$/.test(text);
    for (const [round, strings] of [HOSTILE_STRINGS, JOINED].entries()) {
      let count = 0;
      const next = () => strings[count++ % strings.length] ?? '';
      const named = (JSON.parse(foreignText('heat-pump-tcp').replaceAll('hp-', `hp${round}-`)) as FlowNode[]).map(
        node => ({ ...(poisoned(node, kept, next) as FlowNode), ...('name' in node ? { name: next() } : {}) }),
      );
      await inEditor(browser.page, `RED.view.importNodes(${JSON.stringify(named)}, {})`);
      await page.getByRole('button', { name: 'Convert…' }).first().click();
      await page.locator('dialog.gw-dialog').getByText('unit 1').first().waitFor();
      await unharmed('conversion');
      await page.keyboard.press('Escape');
      await page.locator('dialog.gw-dialog').waitFor({ state: 'detached' });
    }
  });

  it('stay text in what is said of the XML of a domain, taken or refused', async () => {
    const { page } = browser;
    await inEditor(browser.page, "RED.actions.invoke('gatewright:import-domain')");
    const dialog = page.locator('dialog.gw-dialog');
    for (const string of [...HOSTILE_STRINGS, ...JOINED]) {
      await dialog.locator('textarea').fill(hostileDomain(string));
      await dialog.locator('.gw-dialog-answer').evaluate(answer => answer.replaceChildren());
      await dialog.getByRole('button', { name: 'Look at it' }).click();
      await dialog.locator('.gw-dialog-answer > *').first().waitFor();
      await unharmed(`domain with ${string}`);
    }
    await page.keyboard.press('Escape');
  });
});
