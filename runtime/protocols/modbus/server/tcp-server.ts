// A Modbus TCP server. All requests of one segment are answered with one write. Its connections, what each may ask ahead and
// what waits for a slow reader are bounded; a stream that is out of step is closed.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { GatewrightError } from '../../../model/errors.ts';
import { newServerCounters, type ServerCounters } from './counters.ts';
import type { Responder } from './responder.ts';
import { TcpConnection } from './tcp-connection.ts';

export interface TcpServerOptions {
  readonly host: string;
  /** 0 for any free one. Modbus has 502. */
  readonly port: number;
  /** Default 64. One more is closed at once. */
  readonly mostConnections?: number;
  /** Requests of one connection that may wait for a later answer; more get exception 6. Default 16. */
  readonly mostPending?: number;
}

export interface TcpServer {
  readonly port: number;
  readonly counters: Readonly<ServerCounters>;
  /** Number of masters now. */
  connections(): number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** @throws GatewrightError GW_HOST_IO when the port cannot be had */
export async function serveTcp(responder: Responder, options: TcpServerOptions): Promise<TcpServer> {
  const { mostConnections = 64, mostPending = 16 } = options;
  const counters = newServerCounters();
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true }, socket => {
    // An error is always followed by `close`.
    socket.on('error', () => {});
    if (open.size >= mostConnections) {
      counters.turnedAway += 1;
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    new TcpConnection(socket, responder, counters, mostPending);
  });
  server.listen({ host: options.host, port: options.port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const where = `${options.host}:${options.port}`;
    throw new GatewrightError('GW_HOST_IO', `cannot listen on ${where}; free the port or choose another`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    counters,
    connections: () => open.size,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
