// Ports over real sockets for tests: a unix stream, or UDP between two ports of the loopback.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { datagramLink, streamLink } from '../../../runtime/lanes/engine/byte-link.ts';
import { DATAGRAM, RAW_BYTES } from '../../../runtime/lanes/engine/framer.ts';
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';
import { tsPort } from '../../../runtime/lanes/engine/ts-port.ts';

export type SocketOptions = { readonly path: string } | { readonly peerPort: number };

export const openPort: OpenPort = async (options, context) => {
  const wanted = options as SocketOptions;
  if ('path' in wanted) {
    const stream = connect(wanted.path);
    await once(stream, 'connect');
    return tsPort({ link: streamLink(stream), framer: RAW_BYTES, kind: 'stream' }, context);
  }
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.send('hello', wanted.peerPort, '127.0.0.1');
  const link = datagramLink(socket, { address: '127.0.0.1', port: wanted.peerPort });
  return tsPort({ link, framer: DATAGRAM, kind: 'packets' }, context);
};
