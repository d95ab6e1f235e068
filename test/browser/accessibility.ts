// Asks axe-core what of a part of a page people cannot use who cannot see it, or have no mouse.
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const GRAVE = new Set<string | null | undefined>(['serious', 'critical']);

/**
 * Serious and critical violations of WCAG 2.2 A and AA in what a selector finds, as sentences with the elements.
 * @param within  selector of the part that is ours
 */
export async function violations(page: Page, within: string): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ path: AXE });
  const { violations: found } = await page.evaluate(
    selector =>
      (globalThis as never as { axe: { run(within: object, options: object): Promise<AxeResults> } }).axe.run(
        // Node-RED hides fields in forms, so that a browser fills those in and no others.
        { include: [selector], exclude: ['[id^="red-ui-trap-"]'] },
        { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
      ),
    within,
  );
  return found
    .filter(({ impact }) => GRAVE.has(impact))
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.target.join(' ')).join(', ')}`);
}
