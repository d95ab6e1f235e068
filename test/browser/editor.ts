// Our editor with a drawing: a server of its own in an empty home, and a browser that looks at it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPack, makeEmptyHome, removeHome, startProcess, type TestServer } from '../server/server-process.ts';
import { type Browser, openBrowser } from './browser.ts';

export interface Editor {
  readonly home: string;
  readonly server: TestServer;
  readonly browser: Browser;
  /** Ends the browser and the server, and removes the home. */
  close(): Promise<void>;
}

export interface EditorOptions {
  /** Of the window; absent = that of every browser here. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Puts more into the home before the server starts. */
  readonly prepare?: (home: string) => Promise<void>;
}

/**
 * Builds the pack when it is not fresh, and starts. The page is not opened yet.
 * @param flow  text of flow JSON; absent = the drawing that a new server begins with
 */
export async function openEditor(flow?: string, { size, prepare }: EditorOptions = {}): Promise<Editor> {
  buildPack();
  const home = await makeEmptyHome();
  const opened: { server?: TestServer; browser?: Browser } = {};
  const close = async () => {
    await opened.browser?.close();
    await opened.server?.stop();
    await removeHome(home);
  };
  try {
    if (flow !== undefined) await writeFile(join(home, 'flows.json'), flow);
    await prepare?.(home);
    const server = await startProcess(home);
    opened.server = server;
    const browser = await openBrowser();
    opened.browser = browser;
    if (size !== undefined) await browser.page.setViewportSize(size);
    return { home, server, browser, close };
  } catch (error) {
    await close();
    throw error;
  }
}
