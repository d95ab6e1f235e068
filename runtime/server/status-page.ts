// Our own page /status: a few static files under a strict content security policy. Its data comes over live.ts.
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';

const FILES: Readonly<Record<string, string>> = {
  '/status': 'page.html',
  '/status/page.css': 'page.css',
  '/status/page.js': 'page.js',
  '/status/counters.js': 'counters.js',
  '/status/counter-rows.js': 'counter-rows.js',
  '/status/logo.svg': 'logo.svg',
};

/** For our own pages: nothing inline, nothing from elsewhere, no frames. */
const strictPolicy = ownPagePolicy(["'self'"]);
/** The terminal writes the sizes of its letters as style elements; scripts stay strict. */
export const terminalPolicy = ownPagePolicy(["'self'", "'unsafe-inline'"]);

function ownPagePolicy(styleSrc: string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc,
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

/**
 * For the editor, which is Node-RED's and has scripts inline: nothing is loaded from elsewhere, and no other page may
 * frame it.
 */
export const editorPolicy: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'", "'unsafe-inline'", "'unsafe-eval'", 'data:', 'blob:'],
      // 'self' does not cover websockets in every browser; Origin is checked at the door.
      connectSrc: ["'self'", 'ws:', 'wss:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      frameAncestors: ["'self'"],
    },
  },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
});

/** Routes of the status page. */
export function statusPage(): Router {
  const router = Router();
  for (const [path, file] of Object.entries(FILES))
    router.get(path, strictPolicy, (_request, response) => {
      response.set('cache-control', 'no-cache');
      response.sendFile(fileURLToPath(new URL(`status/${file}`, import.meta.url)));
    });
  return router;
}
