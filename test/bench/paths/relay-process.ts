// A plain relay, as short as Node lets one write it: what comes in at one socket goes out at another. Its parent sends to the
// port it says, and is answered each message with the CPU time used so far, in µs.
//   node relay-process.ts dgram|net TARGET-PORT
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
const [kind, target] = [process.argv[2], Number(process.argv[3])];

async function relayDatagrams(): Promise<number> {
  const [from, to] = [createSocket('udp4'), createSocket('udp4')];
  to.connect(target, LOOPBACK);
  await once(to, 'connect');
  from.on('message', datagram => to.send(datagram));
  from.bind(0, LOOPBACK);
  await once(from, 'listening');
  return from.address().port;
}

async function relayStream(): Promise<number> {
  const to = connect(target, LOOPBACK);
  await once(to, 'connect');
  const server = createServer(from => from.pipe(to));
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.send?.(await (kind === 'net' ? relayStream() : relayDatagrams()));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.once('disconnect', () => process.exit());
