// Live traffic of lines for browsers, over socket.io under a path of its own. A browser says which gateways it shows now, and is
// told of those twice a second; a gateway that nobody looks at is not asked. Listen only.
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import { Name } from '../../model/address.ts';
import type { MayWatch } from '../live.ts';
import { GatewayFeed, type TrafficPlatform } from './gateway-feed.ts';

/** Path of the live traffic; the editor is told of it. */
export const TRAFFIC = '/traffic';
/** Gateways that one browser may look at; more are on no screen. */
const MOST_GATEWAYS = 32;
/** A login and the names of some gateways. */
const MOST_MESSAGE_BYTES = 4_000;
/** A login that ended is noticed within this time. */
const RECHECK_EVERY_MS = 5_000;
/** Rooms of socket.io itself are named by its connections; ours begin so. */
const ROOM = 'gateway:';

const Hello = z.object({ token: z.string().max(1000).default('') });
const Look = z.array(Name).max(MOST_GATEWAYS);

/**
 * Serves traffic. Browsers send `look` with the gateways they show from now on, and get `traffic` and `away`.
 * @returns how to stop
 */
export function openTraffic(server: HttpServer, platform: TrafficPlatform, mayWatch: MayWatch): { close(): void } {
  const io = new Server(server, {
    ...{ path: TRAFFIC, maxHttpBufferSize: MOST_MESSAGE_BYTES, destroyUpgrade: false },
    ...{ serveClient: false, transports: ['websocket'] as const },
  });
  io.use((socket, next) => {
    const hello = Hello.safeParse(socket.handshake.auth);
    const may = hello.success ? mayWatch(hello.data.token) : Promise.resolve(false);
    may.then(yes => next(yes ? undefined : new Error('login')), next);
  });
  io.on('connection', socket => serve(socket, mayWatch));
  const feeds = followRooms(io, platform);
  return {
    close: () => {
      io.disconnectSockets(true);
      for (const feed of feeds.values()) feed.stop();
      io.engine.close();
    },
  };
}

function serve(socket: Socket, mayWatch: MayWatch): void {
  const { token } = Hello.parse(socket.handshake.auth);
  socket.on('look', (gateways: unknown) => {
    const asked = Look.safeParse(gateways);
    if (!asked.success) return void socket.disconnect(true);
    const wanted = new Set(asked.data.map(name => ROOM + name));
    for (const room of [...socket.rooms]) if (room.startsWith(ROOM) && !wanted.has(room)) void socket.leave(room);
    void socket.join([...wanted]);
  });
  const recheck = setInterval(() => {
    void mayWatch(token)
      .catch(() => false) // who cannot be checked, may not
      .then(may => may || socket.disconnect(true));
  }, RECHECK_EVERY_MS);
  recheck.unref();
  socket.on('disconnect', () => clearInterval(recheck));
}

/** A feed begins with the first browser in a room and ends with the last. */
function followRooms(io: Server, platform: TrafficPlatform): ReadonlyMap<string, GatewayFeed> {
  const feeds = new Map<string, GatewayFeed>();
  const { adapter } = io.of('/');
  adapter.on('create-room', (room: string) => {
    if (!room.startsWith(ROOM)) return;
    const gateway = room.slice(ROOM.length);
    const feed = new GatewayFeed(platform, gateway, {
      // A browser that is slow misses ticks; the next one has the same counters.
      seen: traffic => void io.to(room).volatile.emit('traffic', traffic),
      away: why => void io.to(room).emit('away', why),
    });
    feeds.set(room, feed);
  });
  adapter.on('delete-room', (room: string) => {
    feeds.get(room)?.stop();
    feeds.delete(room);
  });
  return feeds;
}
