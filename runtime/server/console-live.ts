// Consoles of VMs for people, over socket.io under a path of its own: live.ts stays listen only. One connection is one
// console. Whoever may read may watch; typing and switching need a permission of their own, asked for each time.
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import { addressOf } from '../model/address.ts';
import { type ConsoleSession, MOST_TYPED_BYTES, POWER_ACTIONS } from '../model/console.ts';
import { isGatewrightError } from '../model/errors.ts';
import type { PlatformPort } from '../platform/platform-port.ts';
import { SightFollower } from './sight-follower.ts';

/** One piece that is typed and what socket.io puts around it. */
const MOST_MESSAGE_BYTES = MOST_TYPED_BYTES + 1_000;
/** Bytes that may wait for a browser. One that is slower loses its connection, and reads the history when it returns. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** Orders of one browser that may wait for their turn. */
const MOST_WAITING_ORDERS = 64;
/** Bytes of one browser that may wait to be typed: a key is a message, and a server that is busy for a moment gets many at once. */
const MOST_WAITING_TYPED_BYTES = 16 * MOST_TYPED_BYTES;
const RECHECK_EVERY_MS = 5_000;

export interface ConsoleWorld {
  /** Whether the holder of a token has a permission; an empty token is somebody who has not logged in. */
  readonly permits: (token: string, permission: string) => Promise<boolean>;
  /** Name of the holder of a token, for the audit. */
  readonly userOf: (token: string) => Promise<string>;
}

const TYPE = 'gatewright.console';
/** A VM that is off is an outage: who may not change a gateway may not do that either. */
const SWITCH = 'gatewright.apply';

const Hello = z.object({ token: z.string().max(1000).default(''), vm: addressOf('vm') });
type Hello = z.infer<typeof Hello>;
const Typed = z.instanceof(Uint8Array).refine(bytes => bytes.length <= MOST_TYPED_BYTES);
const Action = z.enum(POWER_ACTIONS);

/** Serves consoles under the path `/console-line`. Returns how to stop. */
export function openConsoles(server: HttpServer, platform: PlatformPort, world: ConsoleWorld): { close(): void } {
  const io = new Server(server, {
    ...{ path: '/console-line', maxHttpBufferSize: MOST_MESSAGE_BYTES, destroyUpgrade: false },
    ...{ serveClient: false, transports: ['websocket'] as const },
  });
  io.use((socket, next) => {
    admit(socket, world).then(may => next(may ? undefined : new Error('login')), next);
  });
  io.on('connection', socket => void serve(socket, platform, world));
  return {
    close: () => {
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

async function admit(socket: Socket, world: ConsoleWorld): Promise<boolean> {
  const hello = Hello.safeParse(socket.handshake.auth);
  return hello.success && (await world.permits(hello.data.token, 'gatewright.read'));
}

/** Never rejects: what cannot be opened is told to the browser. */
async function serve(socket: Socket, platform: PlatformPort, world: ConsoleWorld): Promise<void> {
  const hello = Hello.parse(socket.handshake.auth);
  try {
    const mayType = await world.permits(hello.token, TYPE);
    const maySwitch = await world.permits(hello.token, SWITCH);
    const user = await world.userOf(hello.token);
    const session = await platform.console(hello.vm, mayType ? user : undefined, bytes => say(socket, bytes));
    if (!socket.connected) return session.close();
    follow(socket, session, () => world.permits(hello.token, 'gatewright.read'));
    socket.emit('opened', { mayType, maySwitch });
    const sight = new SightFollower(platform, hello.vm, seen => socket.emit('sight', seen));
    socket.on('disconnect', () => sight.stop());
    takeOrders(socket, session, platform, world, hello, () => sight.look());
  } catch (error) {
    refuse(socket, error);
  }
}

function follow(socket: Socket, session: ConsoleSession, mayRead: () => Promise<boolean>): void {
  const recheck = setInterval(() => {
    void mayRead()
      .catch(() => false) // who cannot be checked, may not
      .then(may => may || socket.disconnect(true));
  }, RECHECK_EVERY_MS);
  recheck.unref();
  socket.on('disconnect', () => {
    clearInterval(recheck);
    session.close();
  });
  void session.ended.then(() => socket.disconnect(true));
}

function takeOrders(
  socket: Socket,
  session: ConsoleSession,
  platform: PlatformPort,
  world: ConsoleWorld,
  { token, vm }: Hello,
  switched: () => void,
): void {
  const type = typingQueue(
    socket,
    orderQueue(socket, permission => world.permits(token, permission)),
    session,
  );
  // A guest takes its time to shut down; what is typed meanwhile does not wait for that.
  const power = orderQueue(socket, permission => world.permits(token, permission));
  socket.on('type', (bytes: unknown) => {
    const typed = Typed.safeParse(bytes);
    if (!typed.success) return void socket.disconnect(true);
    type(typed.data);
  });
  socket.on('power', (action: unknown) => {
    const asked = Action.safeParse(action);
    if (!asked.success) return void socket.disconnect(true);
    power(SWITCH, async () => {
      await platform.power(vm, asked.data, await world.userOf(token));
      socket.emit('switched', asked.data);
      switched();
    });
  });
}

/** @returns when the order has had its turn; never rejects */
type Order = (permission: string, work: () => unknown) => Promise<void>;

/** What is typed while an order waits goes along with it, so that keys need no turn each. */
function typingQueue(socket: Socket, order: Order, session: ConsoleSession): (piece: Uint8Array) => void {
  let waiting: Uint8Array[] | undefined;
  let bytes = 0;
  const begin = () => {
    const pieces: Uint8Array[] = [];
    const close = () => {
      if (waiting === pieces) waiting = undefined;
    };
    const typeAll = () => {
      close();
      for (const piece of pieces) session.write(piece);
    };
    // Closed too when nobody may type it.
    void order(TYPE, typeAll).then(close);
    bytes = 0;
    return pieces;
  };
  return piece => {
    waiting ??= begin();
    bytes += Math.max(1, piece.length); // an empty one takes room, too
    if (bytes > MOST_WAITING_TYPED_BYTES) socket.disconnect(true);
    else waiting.push(piece);
  };
}

/** Orders one after another: a permission that is asked for must not let a later one overtake. */
function orderQueue(socket: Socket, permits: (permission: string) => Promise<boolean>): Order {
  let turn = Promise.resolve();
  let waiting = 0;
  return (permission, work) => {
    waiting += 1;
    if (waiting > MOST_WAITING_ORDERS) socket.disconnect(true);
    else
      turn = turn
        .then(async () => {
          if (await permits(permission)) await work();
          else socket.emit('refused', 'Your role does not allow that.');
        })
        .catch(error => refuse(socket, error))
        .finally(() => {
          waiting -= 1;
        });
    return turn;
  };
}

function say(socket: Socket, bytes: Uint8Array): void {
  const waiting = socket.conn.transport.writable ? 0 : waitingBytes(socket);
  if (waiting > MOST_WAITING_BYTES) socket.disconnect(true);
  else socket.emit('said', Buffer.from(bytes));
}

/** What lies in the connection's queue, in bytes. */
function waitingBytes({ conn }: Socket): number {
  const { writeBuffer } = conn as unknown as { readonly writeBuffer: readonly { readonly data?: unknown }[] };
  return writeBuffer.reduce((sum, { data }) => sum + lengthOf(data), 0);
}

function lengthOf(data: unknown): number {
  return typeof data === 'string' || data instanceof Uint8Array ? data.length : 0;
}

function refuse(socket: Socket, error: unknown): void {
  const known = isGatewrightError(error);
  if (!known) console.error(error);
  socket.emit('refused', known ? error.message : 'The server could not do that. Its log says why.');
}
