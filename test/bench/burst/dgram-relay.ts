// A relay as one writes it in Node: own port, port of the next.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const [own = '', next = ''] = process.argv.slice(2);
const [from, to] = [createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }), createSocket('udp4')];
to.connect(Number(next), '127.0.0.1');
await once(to, 'connect');
from.on('message', frame => to.send(frame));
from.bind(Number(own), '127.0.0.1');
await once(from, 'listening');
process.stdout.write('ready\n');
