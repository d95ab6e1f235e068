// Sends every frame of a CAN interface back with the next identifier, through npm socketcan. Says `ready`; ends with its input.
import { createFakeHost } from '../../../runtime/host/fake.ts';
import { readFrame, writeFrame } from '../../../runtime/protocols/can/frame.ts';
import { SocketCanPort } from '../../../runtime/protocols/can/socketcan/port.ts';

const [name = ''] = process.argv.slice(2);
// The kernel here knows nothing of the interface; what the package opens is the real thing of the test's bus.
const files = { ifindex: '1000', type: '280', flags: '0xc1', mtu: '72' };
const host = createFakeHost({
  files: {
    '/proc/net/can/version': 'rev 20170425\n',
    ...Object.fromEntries(Object.entries(files).map(([key, value]) => [`/sys/class/net/${name}/${key}`, `${value}\n`])),
  },
});
const port: SocketCanPort = await SocketCanPort.open(host, name, {
  frame: bytes => {
    const frame = readFrame(bytes);
    const answer = new Uint8Array(bytes.length);
    writeFrame({ ...frame, id: frame.id + 1 }, answer);
    port.send(answer);
  },
  ended: why => process.stderr.write(`${why}\n`),
});
process.stdin.on('end', () => port.close()).resume();
process.stdout.write('ready\n');
