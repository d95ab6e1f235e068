// The editor with our pack against the same editor without it: until the first page can be used, a deploy of five hundred nodes, and
// how long it takes to draw every badge anew. And what our part of the page weighs.
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { ROOT } from '../../scripts/build.ts';
import { type Browser, openBrowser } from '../browser/browser.ts';
import { buildPack } from '../server/server-process.ts';
import { emptyUserDir, type StockNodeRed, startStockNodeRed } from '../stock/stock-node-red.ts';
import { bundleKilobytes } from './editor/bundle.ts';
import { ours, stock } from './editor/drawings.ts';
import { type Bench, type Figure, pairedRatio, summarize } from './harness.ts';

const NODES = 500;
const ROUNDS = 7;
const REDRAWS = 20;
/** Nothing has changed for so long. */
const CALM_MS = 1_000;
/** Of a screen that shows 60 pictures a second. */
const FRAME_MS = 1000 / 60;

interface Editor {
  readonly server: StockNodeRed;
  readonly flow: readonly object[];
}

/** From nothing until the palette can be used and the drawing stands. */
async function openPage(page: Page, { server }: Editor): Promise<void> {
  await page.goto('about:blank');
  await page.goto(server.url);
  await page.locator('.red-ui-palette-node').first().waitFor();
  await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  await page.locator('g.red-ui-flow-node').first().waitFor();
}

/** A deploy of everything, as it is asked for and answered; every one differs from the last. */
function deployer({ server, flow }: Editor): () => Promise<void> {
  let count = 0;
  return () => {
    count += 1;
    return server.deploy(flow.map(node => ('x' in node ? { ...node, x: Number(node.x) + (count % 5) } : node)));
  };
}

/** Until gateways have planned what was deployed, so that it does not slow down what is measured next. */
async function planned({ server }: Editor): Promise<void> {
  let before = -1;
  for (;;) {
    const { revision } = (await server.get('/gatewright/state')) as { readonly revision: number };
    if (revision === before) return;
    before = revision;
    await delay(CALM_MS);
  }
}

/** Milliseconds for which the page is busy when each node gets another status and is drawn anew. */
function redrawMs(page: Page): Promise<number> {
  return page.evaluate(times => {
    interface Drawn {
      status: object;
      dirtyStatus: boolean;
      dirty: boolean;
    }
    const { RED } = globalThis as never as {
      RED: {
        nodes: { eachNode(visit: (node: Drawn) => void): void };
        view: { redraw(links: boolean, now: boolean): void };
      };
    };
    const begun = performance.now();
    for (let time = 0; time < times; time += 1) {
      RED.nodes.eachNode(node => {
        node.status = { fill: ['green', 'yellow', 'blue'][time % 3], shape: 'dot', text: `${time}` };
        node.dirtyStatus = true;
        node.dirty = true;
      });
      RED.view.redraw(false, true);
    }
    return (performance.now() - begun) / times;
  }, REDRAWS);
}

/** The same number of times each, by turns. */
async function redraws(browser: Browser, with_: Editor, without: Editor): Promise<readonly Figure[]> {
  const samples: { readonly own: number; readonly stock: number }[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    await openPage(browser.page, with_);
    const own = await redrawMs(browser.page);
    await openPage(browser.page, without);
    const core = await redrawMs(browser.page);
    if (round >= 0) samples.push({ own, stock: core });
  }
  return [
    {
      id: 'redraw',
      what: `${NODES} nodes of ours drawn anew with another badge, against as many of Node-RED with another status`,
      unit: 'ratio',
      ...summarize(samples.map(one => one.own / one.stock)),
      goal: { better: 'lower', gate: 2, extreme: 1.3 },
    },
    {
      id: 'redraw-frames',
      what: `frames of a screen (${FRAME_MS.toFixed(1)} ms) for which drawing ${NODES} of our nodes anew takes, all at once`,
      unit: 'frames',
      ...summarize(samples.map(one => one.own / FRAME_MS)),
    },
  ];
}

async function compare(browser: Browser, with_: Editor, without: Editor, note: (text: string) => void) {
  note('first usable page');
  const { page } = browser;
  const usable = await pairedRatio(
    () => openPage(page, with_),
    () => openPage(page, without),
    ROUNDS,
  );
  note(`deploys of ${NODES} nodes`);
  const deploy = await pairedRatio(deployer(with_), deployer(without), ROUNDS, () => planned(with_));
  note('badges');
  const figures: Figure[] = [
    {
      id: 'usable',
      what: `first usable editor page with ${NODES} nodes of ours, against as many of Node-RED and no pack`,
      unit: 'ratio',
      ...usable,
      goal: { better: 'lower', gate: 2, extreme: 1.3 },
    },
    {
      id: 'deploy',
      what: `deploy of ${NODES} nodes of ours until it is answered, against as many of Node-RED`,
      unit: 'ratio',
      ...deploy,
      goal: { better: 'lower', gate: 2, extreme: 1.3 },
    },
    ...(await redraws(browser, with_, without)),
    {
      id: 'bundle',
      what: 'editor code, forms and help that a page loads of ours, gzip; charts and layouts come on demand',
      unit: 'kB',
      ...summarize([bundleKilobytes()]),
      goal: { better: 'lower', gate: 150, extreme: 100 },
    },
  ];
  return figures;
}

export const bench: Bench = {
  what: 'the editor with the pack against without: first page, deploy of 500 nodes, badges; size of the bundle',
  label: 'real',
  async run(note) {
    buildPack();
    const servers = [
      await startStockNodeRed(emptyUserDir(), [`${ROOT}dist`]),
      await startStockNodeRed(emptyUserDir()),
    ] as const;
    const browser = await openBrowser();
    try {
      const with_ = { server: servers[0], flow: ours(NODES) };
      const without = { server: servers[1], flow: stock(NODES) };
      for (const { server, flow } of [with_, without]) await server.deploy(flow);
      return await compare(browser, with_, without, note);
    } finally {
      await browser.close();
      for (const server of servers) await server.close();
    }
  },
};
