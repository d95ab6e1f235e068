// Talking to other processes of this machine: unix sockets and signals. Knows no protocol.
import { createConnection, type Socket } from 'node:net';
import { GatewrightError } from '../model/errors.ts';
import { ioError } from './local-files.ts';

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
