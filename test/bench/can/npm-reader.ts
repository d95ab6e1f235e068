// Reads a CAN interface by npm socketcan, without a firewall. Each line of input is a number of frames to wait for.
import { loadPackage } from '../../../runtime/protocols/can/socketcan/package.ts';
import { answerWhenRead } from './answer-when-read.ts';

const [name = ''] = process.argv.slice(2);
const channel = loadPackage().createRawChannelWithOptions(name, { timestamps: false, non_block_send: true });
let read = 0;
channel.addListener('onMessage', ({ id, data }) => {
  // As a user would look at a frame at least.
  if (id >= 0 && data.length === 8) read += 1;
});
channel.start();
answerWhenRead(() => read);
