// Live states for our own pages over socket.io. Listen only: a client can ask for nothing and send nothing. The editor
// does not use this, because a stock Node-RED has no socket.io.
import type { Server as HttpServer } from 'node:http';
import { type Namespace, Server, type Socket } from 'socket.io';
import type { PlatformPort } from '../platform/platform-port.ts';

/** Clients send a login and heartbeats, nothing else. */
const MOST_MESSAGE_BYTES = 10_000;
/** A login that ended is noticed within this time. */
const RECHECK_EVERY_MS = 5_000;

/** Whether the holder of a token may watch; an empty token is somebody who has not logged in. */
export type MayWatch = (token: string) => Promise<boolean>;

export interface Live {
  close(): void;
}

/** Serves the namespace `/gatewright` under the path `/live`. */
export function openLive(server: HttpServer, platform: PlatformPort, mayWatch: MayWatch): Live {
  const io = new Server(server, { path: '/live', maxHttpBufferSize: MOST_MESSAGE_BYTES, destroyUpgrade: false });
  io.use((_socket, next) => next(new Error('use the namespace /gatewright')));
  const watchers = io.of('/gatewright');
  watchers.use((socket, next) => {
    mayWatch(tokenOf(socket)).then(may => next(may ? undefined : new Error('login')), next);
  });
  watchers.on('connection', socket => socket.emit('state', platform.state()));
  const stops = [
    platform.onState(state => watchers.emit('state', state)),
    platform.onEvent(event => watchers.emit('event', event)),
  ];
  const recheck = setInterval(() => void dropEnded(watchers, mayWatch), RECHECK_EVERY_MS);
  recheck.unref();
  return {
    close: () => {
      clearInterval(recheck);
      for (const stop of stops) stop();
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

async function dropEnded(watchers: Namespace, mayWatch: MayWatch): Promise<void> {
  for (const socket of watchers.sockets.values())
    if (!(await mayWatch(tokenOf(socket)).catch(() => false))) socket.disconnect(true); // who cannot be checked, may not
}

function tokenOf(socket: Socket): string {
  const token: unknown = socket.handshake.auth.token;
  return typeof token === 'string' && token.length <= 1000 ? token : '';
}
