// Our own page /console/<gateway>/<vm>: a terminal under a strict policy. Its data comes over console-live.ts.
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { terminalPolicy } from './status-page.ts';

/** Path of the console pages; gateway and VM follow. */
export const CONSOLES = '/console/';

const here = (file: string) => new URL(`console/${file}`, import.meta.url).href;
const FILES: Readonly<Record<string, string>> = {
  '/console/page.css': here('page.css'),
  '/console/page.js': here('page.js'),
  '/console/power.js': here('power.js'),
  '/console/xterm.css': import.meta.resolve('@xterm/xterm/css/xterm.css'),
  '/console/xterm.js': import.meta.resolve('@xterm/xterm/lib/xterm.js'),
  '/console/fit.js': import.meta.resolve('@xterm/addon-fit/lib/addon-fit.js'),
  '/console/:gateway/:vm': here('page.html'),
};

/** Routes of the console page. */
export function consolePage(): Router {
  const router = Router();
  for (const [path, file] of Object.entries(FILES))
    router.get(path, terminalPolicy, (_request, response) => {
      response.set('cache-control', 'no-cache');
      response.sendFile(fileURLToPath(file));
    });
  return router;
}
