// A way to a device over a socket: TCP, or a unix socket such as the serial port of a virtual machine.
import { createConnection, type Socket } from 'node:net';
import { GatewrightError } from '../../../model/errors.ts';
import { type OpenWire, streamWire } from './wire.ts';

export type SocketTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** How long a connection may take to come about. */
const CONNECT_WITHIN_MS = 5_000;

/** Connects anew at each call. */
export function socketWire(target: SocketTarget): OpenWire {
  return async (lost, signal) => {
    const socket = await connect(target, signal);
    return streamWire(socket, lost, () => closeSocket(socket));
  };
}

function connect(target: SocketTarget, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ ...target, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      socket.off('error', fail);
    };
    const fail = (cause: Error) => {
      settle();
      // One may still come, of the connection that is given up.
      socket.on('error', () => {});
      socket.destroy();
      const where = 'path' in target ? target.path : `${target.host}:${target.port}`;
      reject(new GatewrightError('GW_MODBUS_LINE_DOWN', `nobody answers at ${where}; start the device`, { cause }));
    };
    const cancel = () => fail(new Error('the line was closed'));
    const timer = setTimeout(() => fail(new Error('no answer to the connection')), CONNECT_WITHIN_MS);
    signal.addEventListener('abort', cancel, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
  });
}

function closeSocket(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise(resolve => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}
