// Who listens at a socket and is not what one would expect.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OddPeer {
  readonly path: string;
  close(): Promise<void>;
}

/** @param behave  called for each that connects */
export async function oddPeer(behave: (socket: Socket) => void): Promise<OddPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-peer-'));
  const path = join(folder, 'socket');
  const open = new Set<Socket>();
  const server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => {});
    behave(socket);
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    path,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise(resolve => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
