// Debian's Chromium with a profile of its own, and the few gestures the editor tests make.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const SHOTS = fileURLToPath(new URL('../../test-output/screenshots', import.meta.url));
const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: uncaught errors, failed loads of its own parts, refusals by its policy. */
  readonly complaints: readonly string[];
  /** Keeps a picture of a page, by default of the first one. */
  shoot(name: string, of?: Page): Promise<void>;
  close(): Promise<void>;
}

/** Opens a browser with an empty profile. */
export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'gatewright-browser-'));
  await mkdir(SHOTS, { recursive: true });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: QUIET,
    viewport: { width: 1600, height: 900 },
    locale: 'en-US',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return {
    ...{ context, page, complaints },
    shoot: async (name, of = page) => void (await of.screenshot({ path: join(SHOTS, `${name}.png`) })),
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Moves the mouse as a hand does: press, several small moves, release. */
export async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 5, from.y + 5, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 15 });
  await page.mouse.up();
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The middle of what a selector finds. */
export async function middleOf(page: Page, selector: string): Promise<Point> {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not visible`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Clicks notifications away, which would go by themselves after seconds: a picture should show what is below them. */
export async function calm(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll<HTMLElement>('.red-ui-notification')) one.click();
  });
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.red-ui-notification')].every(one => !one.checkVisibility()),
  );
}

/** Gives the sidebar the height that the section below it has, as somebody does who wants to read. */
export async function roomForSidebar(page: Page): Promise<void> {
  // It has no height of its own, so to the browser's driver it is not visible.
  const at = await page.evaluate(() => {
    const separators = [...document.querySelectorAll('.red-ui-sidebar-section-separator')];
    const { x, y, width, height } = separators
      .map(one => one.getBoundingClientRect())
      .sort((a, b) => b.x - a.x)[0] as DOMRect;
    return { x: x + width / 2, y: y + height / 2 };
  });
  await drag(page, at, { x: at.x, y: at.y + 900 });
}
