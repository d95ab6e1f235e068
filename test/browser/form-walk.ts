// Fills in a form as somebody does who has no mouse: by Tab to every control, each tried by keys.
import type { Page } from 'playwright-core';
import { installWalk, type Place, type Stop } from './walked-form.ts';

/** More stops than any form has. */
const MOST = 500;

interface InPage {
  readonly gwWalk: { pass(): Place; look(): Stop; arm(is: boolean): void; wasPressed(): boolean };
}

/** Once a page. */
export async function readyToWalk(page: Page): Promise<void> {
  await page.evaluate(installWalk);
  // What the keyboard is at changes its look at once, so that it can be told.
  await page.addStyleTag({ content: '*, *::before, *::after { transition: none !important; }' });
}

/** One form, from its opening on. */
export class FormWalk {
  readonly #page: Page;
  /** What somebody without a mouse could not do, as sentences. */
  readonly faults: string[] = [];
  readonly #known = new Set<string>();
  /** Lists whose rows were tried. */
  readonly #tried = new Set<string>();
  /** Stops of the last round, in their order. */
  order: readonly string[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  /** Rounds through the whole form, until nothing is left where the keyboard never was. The keyboard is where it began. */
  async everything(): Promise<void> {
    let left: readonly string[] = [];
    for (let round = 0; round < 3; round += 1) {
      left = await this.#round();
      if (left.length === 0 || this.faults.length > 0) break;
    }
    for (const key of new Set(left)) this.faults.push(`${key}: Tab does not lead there`);
  }

  /** Goes on by Tab, or back, to a control. @throws Error when Tab does not lead there */
  async to(key: string, keys: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    for (let stop = 0; stop < MOST; stop += 1) {
      if ((await this.where()).key === key) return;
      await this.press(keys);
    }
    throw new Error(`${keys} does not lead to ${key}`);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  /** Where the keyboard is. */
  where(): Promise<Place> {
    return this.#page.evaluate(() => (globalThis as never as InPage).gwWalk.pass());
  }

  /** @returns what was not seen on the way */
  async #round(): Promise<readonly string[]> {
    const order: string[] = [];
    const first = await this.#look();
    await this.#visit(first);
    let last = first;
    for (let stop = 0; stop < MOST; stop += 1) {
      await this.press('Tab');
      last = await this.#look();
      order.push(last.key);
      if (last.key === '' || last.key === first.key) break;
      await this.#visit(last);
    }
    this.order = order;
    if (last.key !== first.key) this.#fault(last, `Tab does not come back to ${first.key}`);
    return last.unseen;
  }

  #look(): Promise<Stop> {
    return this.#page.evaluate(() => (globalThis as never as InPage).gwWalk.look());
  }

  #fault({ key }: Stop, what: string): void {
    this.faults.push(`${key}: ${what}`);
  }

  async #visit(stop: Stop): Promise<void> {
    for (const fault of stop.faults) this.#fault(stop, fault);
    if (stop.kind === 'add' && !this.#tried.has(stop.key)) await this.#addRows(stop);
    else if (stop.kind === 'add' && this.#tried.has(stop.key)) await this.#removeRow(stop);
    // A row that is alone cannot be moved.
    if (this.#known.has(stop.key) || (stop.kind === 'handle' && stop.rows < 2)) return;
    this.#known.add(stop.key);
    if (stop.kind === 'text') await this.#type(stop);
    else if (stop.kind === 'check') await this.#toggle(stop);
    else if (stop.kind === 'select') await this.#choose(stop);
    else if (stop.kind === 'handle') await this.#move(stop);
    else if (stop.kind === 'summary') await this.#unfold(stop);
    else if (stop.kind === 'link') await this.#tryPresses(stop, ['Enter']);
    else if (stop.kind === 'button') await this.#tryPresses(stop, ['Enter', 'Space']);
  }

  async #type(stop: Stop): Promise<void> {
    await this.press('End', 'x');
    if ((await this.where()).value !== `${stop.value}x`) this.#fault(stop, 'takes no letters');
    await this.press('Backspace');
  }

  async #toggle(stop: Stop): Promise<void> {
    await this.press('Space');
    if ((await this.where()).value === stop.value) this.#fault(stop, 'the space bar does not tick it');
    await this.press('Space');
  }

  async #unfold(stop: Stop): Promise<void> {
    if (stop.value === 'true') return;
    await this.press('Enter');
    if ((await this.where()).value !== 'true') this.#fault(stop, 'Enter does not unfold it');
  }

  async #tryPresses(stop: Stop, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#arm(true);
      await this.press(key);
      await this.#arm(false);
      const was = await this.#page.evaluate(() => (globalThis as never as InPage).gwWalk.wasPressed());
      if (!was) this.#fault(stop, `${key} does not press it`);
    }
  }

  #arm(is: boolean): Promise<void> {
    return this.#page.evaluate(on => (globalThis as never as InPage).gwWalk.arm(on), is);
  }

  /** Tries every choice, and what the form shows with it that was not there before. */
  async #choose(stop: Stop): Promise<void> {
    if (stop.choices < 2) return;
    const before = new Set((await this.#look()).unseen);
    await this.press('Home');
    const values = new Set<string>();
    for (let choice = 0; choice < stop.choices; choice += 1) {
      const { value, unseen } = await this.#look();
      values.add(value);
      const shown = unseen.filter(key => !before.has(key) && !this.#known.has(key));
      if (shown.length > 0) await this.#along(stop, shown);
      await this.press('ArrowDown');
    }
    if (values.size < 2) this.#fault(stop, 'the arrow keys choose nothing');
    await this.press('Home');
    for (let choice = 0; choice < stop.choices && (await this.where()).value !== stop.value; choice += 1)
      await this.press('ArrowDown');
  }

  /** Goes on until everything was seen that a choice shows, and comes back to the choice. */
  async #along(from: Stop, shown: readonly string[]): Promise<void> {
    const left = new Set(shown);
    for (let stop = 0; stop < MOST && left.size > 0; stop += 1) {
      await this.press('Tab');
      const at = await this.#look();
      if (at.key === '' || at.key === from.key) break;
      await this.#visit(at);
      left.delete(at.key);
    }
    for (const key of left) this.#fault(from, `Tab does not lead to ${key}, which a choice shows`);
    await this.to(from.key, 'Shift+Tab');
  }

  /** Two rows, and back to the first of them. */
  async #addRows(stop: Stop): Promise<void> {
    this.#tried.add(stop.key);
    await this.press('Enter', 'Space', 'Shift+Tab');
    const { row } = await this.where();
    if (row < 1) return this.#fault(stop, 'Enter and the space bar add no row');
    const list = listOf(stop);
    for (let back = 0; back < MOST && listOf(await this.where()) === list; back += 1) await this.press('Shift+Tab');
  }

  /** Adds a third row and removes it; the keyboard stays in the list. */
  async #removeRow(stop: Stop): Promise<void> {
    await this.press('Space', 'Shift+Tab');
    const { row } = await this.where();
    await this.press('Space');
    await this.#page.waitForFunction(() => document.querySelector('.red-ui-editableList-item-deleting') === null);
    const now = await this.where();
    if (listOf(now) !== listOf(stop) || now.row !== row - 1)
      this.#fault(stop, `a removed row leaves the keyboard at ${now.key}`);
    await this.to(stop.key);
  }

  async #move(stop: Stop): Promise<void> {
    const places: number[] = [];
    const round = Array.from({ length: stop.rows - 1 }, () => 'Space');
    for (const keys of [['ArrowDown'], ['ArrowUp'], ['Enter'], round]) {
      await this.press(...keys);
      places.push((await this.where()).row);
    }
    if (places.join() !== '1,0,1,0') this.#fault(stop, `keys move the first row to ${places.join(', ')}`);
  }
}

function listOf({ key }: Place): string {
  return /^gw-list-\S+/.exec(key)?.[0] ?? '';
}
