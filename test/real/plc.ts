// A stand-in for a PLC on a pretend plant network: tells every caller on its ports how it sees them, and hangs up.
//   node plc.ts ADDRESS PORT...      prints `ready` once it listens
import { once } from 'node:events';
import { createServer } from 'node:net';

const [address, ...ports] = process.argv.slice(2);
if (address === undefined || ports.length === 0) throw new Error('say where to listen: node plc.ts ADDRESS PORT...');
for (const port of ports) {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy());
    socket.end(`port ${port} is called by ${socket.remoteAddress}\n`);
  });
  server.listen(Number(port), address);
  await once(server, 'listening');
}
process.stdout.write('ready\n');
