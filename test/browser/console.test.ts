// The console page in a real browser: what is typed or pasted comes back, and the history is there after a reload.
import assert from 'node:assert/strict';
import { io } from 'socket.io-client';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { applyPlanned } from '../server/apply.ts';
import { call } from '../server/call.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

describe('the console page in a browser', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let vm = '';
  before(async () => {
    buildPack();
    server = await startProcess(await makeHome());
    browser = await openBrowser();
    const state = JSON.parse((await call(server.url, { path: '/gatewright/state' })).text) as PlatformState;
    const [gateway] = state.gateways;
    await applyPlanned(server.url, gateway?.name ?? '');
    vm = Object.keys(gateway?.resources ?? {}).find(address => address.startsWith('vm.')) ?? '';
  });
  /** A person at a console that says nothing yet. */
  async function atConsole(): Promise<void> {
    const { page } = browser;
    await page.goto(`${server.url}/console/${vm.slice('vm.'.length)}`);
    await page.getByText('Connected', { exact: true }).waitFor();
  }

  /** Somebody else types. */
  async function say(words: string): Promise<void> {
    const socket = dial();
    await new Promise(resolve => socket.once('opened', resolve));
    socket.emit('type', Buffer.from(words));
    await new Promise<void>(resolve => {
      socket.on('said', (bytes: Uint8Array) => Buffer.from(bytes).toString().includes(words) && resolve());
    });
    socket.disconnect();
  }

  const dial = () => io(server.url, { path: '/console-line', auth: { vm }, transports: ['websocket'], forceNew: true });

  /** Waits until the line has said something, byte by byte. A simulated VM says what it is given. */
  function said(words: string): Promise<void> {
    const socket = dial();
    let text = '';
    return new Promise<void>(resolve => {
      socket.on('said', (bytes: Uint8Array) => {
        text += Buffer.from(bytes).toString('latin1');
        if (text.includes(Buffer.from(words).toString('latin1'))) resolve();
      });
    }).finally(() => socket.disconnect());
  }

  after(async () => {
    await browser.close();
    await server.stop();
    await removeHome(server.home);
  });

  it('is linked from the status page, gives back what is typed, and keeps it over a reload', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/status`);
    await page.getByRole('link', { name: `Console of ${vm}`, exact: true }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.keyboard.type('echo-of-this');
    await page.locator('.xterm-rows').getByText('echo-of-this').waitFor();
    await page.reload();
    await page.locator('.xterm-rows').getByText('echo-of-this').waitFor();
    await browser.shoot('console');
    assert.deepEqual(browser.complaints, []);
  });

  it('says what the VM is and does, and switches it off only when asked twice', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/console/${vm.slice('vm.'.length)}`);
    await page.getByText('● running', { exact: true }).waitFor();
    assert.equal(await page.locator('#label').textContent(), 'simulated');
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    assert.equal(await button('On').isDisabled(), true, 'what runs is not switched on');
    await button('Off').click();
    await button('Off now?').waitFor();
    await browser.shoot('console-asks');
    await button('Off now?').click();
    await page.getByText('○ off', { exact: true }).waitFor();
    await button('On').click();
    await page.getByText('● running', { exact: true }).waitFor();
    assert.deepEqual(browser.complaints, []);
  });

  it('hands on many pasted lines as they are, each ended as by the Enter key', async () => {
    const { page, context } = browser;
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    await atConsole();
    // Larger than one piece on the wire, with letters of two bytes across its edges, and what a shell would not leave alone.
    const lines = Array.from(
      { length: 400 },
      (_, index) => `${index}\tgrüße "$HOME" 'x' \\n #${'ä'.repeat(index % 7)}`,
    );
    await page.evaluate(text => navigator.clipboard.writeText(text), lines.join('\n'));
    await page.keyboard.press('Control+v');
    await said(lines.join('\r\n'));
    assert.deepEqual(browser.complaints, []);
  });

  it('copies what is selected with the mouse, and types Ctrl+C when nothing is', async () => {
    const { page } = browser;
    await atConsole();
    await page.keyboard.type('\ncopy-of-this and-not-of-that\n');
    await page.locator('.xterm-rows').getByText('copy-of-this').waitFor();
    // A word is selected by a double click on it; what is still being said may move it away from under the mouse.
    const selected = () => page.evaluate(() => String(getSelection()));
    while ((await selected()) !== 'copy-of-this') {
      const box = await page.locator('.xterm-rows > div', { hasText: 'copy-of-this' }).last().boundingBox();
      if (box !== null) await page.mouse.dblclick(box.x + 20, box.y + box.height / 2);
    }
    await page.keyboard.press('Control+c');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'copy-of-this');
    await page.keyboard.press('Escape'); // typing ends the selection
    await page.keyboard.press('Control+c');
    await said('\u001b\u0003');
  });

  it('keeps what has scrolled away, stays there while more is said, and goes back to the end for who types', async () => {
    const { page } = browser;
    await atConsole();
    const rows = page.locator('.xterm-rows');
    const type = async (from: number, to: number) => {
      for (let line = from; line < to; line += 1) await page.keyboard.type(`line-${line}.\n`);
      await said(`line-${to - 1}.`);
    };
    await type(0, 80);
    await rows.getByText('line-79.').waitFor();
    assert.equal(await rows.getByText('line-1.', { exact: true }).count(), 0, 'it has scrolled away');
    await page.locator('.xterm-screen').hover();
    const found = rows.getByText('line-1.', { exact: true });
    const top = () => rows.locator('div').first().textContent();
    while ((await found.count()) === 0) {
      const before = await top();
      await page.mouse.wheel(0, -300);
      while ((await top()) === before); // drawn with the next frame
    }
    await say('said meanwhile');
    await found.waitFor();
    assert.equal(await rows.getByText('said meanwhile').count(), 0);
    await page.keyboard.type('x');
    await rows.getByText('said meanwhile').waitFor();
    await browser.shoot('console-scrolled');
    assert.deepEqual(browser.complaints, []);
  });

  it('follows a dark theme, and lets the keyboard out of the terminal', async () => {
    const { page } = browser;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${server.url}/console/${vm.slice('vm.'.length)}`);
    await page.getByText('Connected', { exact: true }).waitFor();
    /** The terminal is painted as the page around it, dark or light. */
    const painted = (dark: boolean) =>
      page.waitForFunction(wanted => {
        const grounds = ['#screen', '.xterm-scrollable-element'].map(selector => {
          const found = document.querySelector(selector);
          return found === null ? '' : getComputedStyle(found).backgroundColor;
        });
        const [first = '', second] = grounds;
        return first === second && Number(/\d+/.exec(first)?.[0]) < 128 === wanted;
      }, dark);
    await painted(true);
    await page.emulateMedia({ colorScheme: 'light' });
    await painted(false);
    await page.emulateMedia({ colorScheme: 'dark' });
    await painted(true);
    await browser.shoot('console-dark');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('Tab');
    assert.notEqual(await focused(), 'Status', 'Tab is typed into the guest');
    await page.keyboard.press('Shift+Escape');
    assert.equal(await focused(), 'Status');
  });
});
