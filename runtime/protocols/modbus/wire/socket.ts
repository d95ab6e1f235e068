// A way to a device over a socket: TCP, or a unix socket such as the serial port of a virtual machine.
import { createConnection, type Socket } from 'node:net';
import { GatewrightError } from '../../../model/errors.ts';
import type { OpenWire, Wire } from './wire.ts';

export type SocketTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** How long a connection may take to come about. */
const CONNECT_WITHIN_MS = 5_000;

/** Connects anew at each call. */
export function socketWire(target: SocketTarget): OpenWire {
  return () => connect(target);
}

function connect(target: SocketTarget): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ ...target, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
    const fail = (cause: Error) => {
      clearTimeout(timer);
      socket.destroy();
      const where = 'path' in target ? target.path : `${target.host}:${target.port}`;
      reject(new GatewrightError('GW_MODBUS_LINE_DOWN', `nobody answers at ${where}; start the device`, { cause }));
    };
    const timer = setTimeout(() => fail(new Error('no answer to the connection')), CONNECT_WITHIN_MS);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      // An error is always followed by `close`, which the line listens for.
      socket.on('error', () => {});
      resolve({ stream: socket, close: () => closeSocket(socket) });
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
