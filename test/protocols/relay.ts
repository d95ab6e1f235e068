// A way between two ends that a test can cut, as a bad network does.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** Breaks all connections that there are. */
  cut(): void;
  /** Carries nothing any more on the connections that there are, without breaking them. */
  freeze(): void;
  close(): Promise<void>;
}

/**
 * @param port  of the loopback, where connections go on to
 * @param own   port to listen on; any free one when it is not given
 */
export async function openRelay(port: number, own = 0): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1');
    const part = () => {
      for (const end of [near, far]) end.destroy();
    };
    for (const end of [near, far]) {
      sockets.add(end);
      end.on('error', () => {});
      end.once('close', () => {
        sockets.delete(end);
        part();
      });
    }
    near.pipe(far).pipe(near);
  }).listen(own, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
