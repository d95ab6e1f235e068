// The console page of a guest that has a shell: commands are typed as a person types them, answers read from the screen.
import type { BrowserContext, Page } from 'playwright-core';

export class GuestPage {
  readonly page: Page;
  #last = 0;

  private constructor(page: Page) {
    this.page = page;
  }

  /** @param name  `GATEWAY/VM` */
  static async open(context: BrowserContext, url: string, name: string): Promise<GuestPage> {
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(`${url}/console/${name}`);
    await page.getByText('Connected', { exact: true }).waitFor();
    await page
      .locator('.xterm-rows')
      .getByText(`${name.split('/')[1]}:/#`)
      .first()
      .waitFor();
    return new GuestPage(page);
  }

  /** Runs a command in a clean screen; gives what the screen shows then, and the exit code. */
  async run(command: string): Promise<{ readonly text: string; readonly code: number }> {
    await this.page.bringToFront();
    this.#last += 1;
    // Not as it will be printed, so that what is typed is not taken for the answer.
    await this.page.keyboard.type(`clear; ${command}; echo "end-$((${this.#last}+0))-$?"\n`);
    const end = `end-${this.#last}-`;
    const ended = this.page.locator('.xterm-rows').getByText(end).waitFor();
    await ended.catch(async error =>
      Promise.reject(new Error(`The guest did not end it. Its screen:\n${await this.#screen()}`, { cause: error })),
    );
    const text = await this.#screen();
    const code = new RegExp(`${end}(\\d+)`).exec(text)?.[1];
    return { text, code: Number(code) };
  }

  async #screen(): Promise<string> {
    const lines = await this.page.locator('.xterm-rows > div').allTextContents();
    return lines.join('\n').trimEnd();
  }
}
