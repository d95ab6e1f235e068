// The connection to the server's live traffic. There is one only while something is looked at.
import type { Socket } from 'socket.io-client';
import type { SeenTraffic, TrafficAway } from '../../runtime/model/seen-traffic.ts';
import { loginToken } from '../login.ts';

/** Served by our own server beside the live states. */
const CLIENT = '/live/socket.io.esm.min.js';

export interface FeedEars {
  seen(traffic: SeenTraffic): void;
  away(why: TrafficAway): void;
  /** The connection is gone; it is tried again by itself. */
  lost(): void;
  /** The server wants this connection no more: it stops, or the login has ended. It is tried again when somebody looks anew. */
  refused(): void;
}

export interface TrafficFeed {
  /** From now on these gateways, and no other. */
  look(gateways: readonly string[]): void;
}

/** @param path  of the server's live traffic */
export function openFeed(path: string, ears: FeedEars): TrafficFeed {
  let wanted: readonly string[] = [];
  let opening: Promise<Socket> | undefined;
  const dial = async () => {
    const { io } = (await import(CLIENT)) as typeof import('socket.io-client');
    const options = { path, transports: ['websocket'], forceNew: true };
    const socket: Socket = io({ ...options, auth: answer => answer({ token: loginToken() }) });
    socket.on('connect', () => socket.emit('look', wanted));
    socket.on('traffic', ears.seen);
    socket.on('away', ears.away);
    socket.on('disconnect', reason => (reason === 'io server disconnect' ? refused() : ears.lost()));
    socket.on('connect_error', () => socket.active || refused());
    return socket;
  };
  const refused = () => {
    wanted = [];
    opening = undefined;
    ears.refused();
  };
  const hangUp = () => {
    const closing = opening;
    opening = undefined;
    closing?.then(socket => socket.disconnect(), ignore);
  };
  return {
    look(gateways) {
      if (gateways.join() === wanted.join()) return;
      wanted = gateways;
      if (wanted.length === 0) return hangUp();
      opening ??= dial();
      opening.then(
        socket => socket.connected && socket.emit('look', wanted),
        () => {
          opening = undefined; // the server is away; the next look tries again
        },
      );
    },
  };
}

function ignore(): void {}
