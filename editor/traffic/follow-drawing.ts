// Keeps what is known of the drawing up to date: asks the platform after each change of its state, but not while gateways work,
// which changes nothing that is drawn.
import type { Client } from '../client.ts';
import type { Store } from '../store.ts';
import { type DrawnLines, drawnLines, NOTHING_DRAWN } from './drawn-lines.ts';

/** It is asked for once in this time at most. */
const EVERY_MS = 1_000;

/**
 * Follows the drawing.
 * @param gateways  those that have lines or cards of VMs; without any there is nothing to ask for
 * @param tell      called with each drawing, also when it is as before
 */
export function followDrawing(
  store: Store,
  client: Pick<Client, 'design'>,
  gateways: () => readonly string[],
  tell: (drawn: DrawnLines) => void,
): void {
  let known = -1;
  let asked = -1;
  let asking = false;
  const ask = async () => {
    const { state } = store;
    if (state === undefined || asking || state.revision === known) return;
    if (state.gateways.some(({ busy }) => busy !== 'idle')) return;
    asking = true;
    asked = state.revision;
    try {
      tell(gateways().length === 0 ? NOTHING_DRAWN : drawnLines(await client.design()));
      known = asked;
    } catch {
      // The platform is away; the sidebar says so, and the next change asks again.
    }
    setTimeout(() => {
      asking = false;
      if (store.state?.revision !== asked) void ask();
    }, EVERY_MS);
  };
  store.onChange(() => void ask());
}
