// Who comes before Node-RED has started waits: the port is taken early, so that two servers never both believe it is theirs.
import type { RequestHandler } from 'express';

export interface WaitingRoom {
  readonly handle: RequestHandler;
  /** From now on everybody passes. */
  open(): void;
}

/** Asks every early visitor to come again; a browser does so by itself. */
export function waitingRoom(): WaitingRoom {
  let isOpen = false;
  return {
    handle(_request, response, next) {
      if (isOpen) return next();
      response.set({ 'Retry-After': '1', Refresh: '1', 'Cache-Control': 'no-store' });
      response.status(503).type('text/plain').send('Gatewright is starting. This page loads again in a second.\n');
    },
    open() {
      isOpen = true;
    },
  };
}
