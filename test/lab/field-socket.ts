// The far end of a guest's field line, as the owner of a line has it.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** @param path  of the socket, or a link to it @throws Error when nobody listens there */
export async function plugField(path: string): Promise<Socket> {
  const socket = createConnection({ path });
  await once(socket, 'connect');
  return socket;
}

/** The next bytes that the guest says. */
export function hearField(socket: Socket, length: number): Promise<Buffer> {
  let heard = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const take = (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      if (heard.length < length) return;
      socket.off('data', take);
      socket.off('close', end);
      resolve(heard);
    };
    const end = () => reject(new Error(`the line was cut after ${heard.toString('hex')}`));
    socket.on('data', take);
    socket.once('close', end);
  });
}
