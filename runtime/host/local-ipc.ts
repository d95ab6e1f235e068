// Talking to other processes of this machine: unix sockets and signals. Knows no protocol.
import { chmod } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GatewrightError } from '../model/errors.ts';
import type { Listening } from './host.ts';
import { ioError } from './local-files.ts';
import { claimSocketPath } from './local-socket.ts';

/**
 * Connects to a unix stream socket. The caller owns the socket and listens to its errors from then on.
 * @throws GatewrightError GW_HOST_IO when nobody listens there
 */
export function connectSocket(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path: socketPath });
    const refuse = (cause: Error) => {
      socket.destroy();
      reject(ioError('connect to', socketPath, cause));
    };
    socket.once('error', refuse);
    socket.once('connect', () => {
      socket.off('error', refuse);
      resolve(socket);
    });
  });
}

/**
 * Listens on a unix stream socket, for our own user only. Errors of a connection end that connection.
 * @throws GatewrightError GW_AGENT_LOCKED when somebody answers there already, GW_HOST_IO
 */
export async function listenOn(socketPath: string, connected: (connection: Duplex) => void): Promise<Listening> {
  await claimSocketPath(socketPath, undefined);
  const open = new Set<Socket>();
  const server = createServer(socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    connected(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => reject(ioError('listen on', socketPath, cause)));
    server.listen({ path: socketPath }, resolve);
  });
  await chmod(socketPath, 0o600);
  return {
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/**
 * Sends a signal to exactly one process.
 * @returns `false` when it does not exist
 * @throws GatewrightError GW_BUG for a pid that names a group or init, GW_HOST_IO when it is not ours to signal
 */
export function sendSignal(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGHUP' | 0): boolean {
  // WHY: kill(2) takes 0 and negative numbers for whole groups of processes, and 1 is init.
  if (!Number.isSafeInteger(pid) || pid < 2)
    throw new GatewrightError('GW_BUG', `${pid} is not the id of one process; report this`);
  try {
    return process.kill(pid, signal);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw ioError('signal', `process ${pid}`, cause);
  }
}
