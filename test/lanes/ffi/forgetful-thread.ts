// Opens sockets and ends, without closing any.
import { readdirSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { openSocket } from '../../../runtime/lanes/ffi/datagram-socket.ts';
import { realLibc } from './sender.ts';

const libc = await realLibc();
const before = readdirSync('/proc/self/fd').length;
for (let index = 0; index < 20; index += 1)
  await openSocket(libc, { address: '127.0.0.1', port: 0 }, undefined, 1 << 20);
parentPort?.postMessage(readdirSync('/proc/self/fd').length - before);
setTimeout(() => process.exit(1), 10);
