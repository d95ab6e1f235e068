// Sends bursts of frames of many lengths by calls of the C library over the loopback of this network, and looks at what arrives.
// Prints how many frames arrived as they were sent.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { Dice } from '../filter/dice.ts';
import { sender } from './sender.ts';

const ROUNDS = 60;
const dice = new Dice(7);
const receiver = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }).bind(0, '127.0.0.1');
await once(receiver, 'listening');
const arrived: Buffer[] = [];
receiver.on('message', frame => arrived.push(frame));
const from = await sender(receiver.address().port);

/** Long runs of one length, with others in between. */
function lengths(count: number): number[] {
  let [length, left] = [0, 0];
  return Array.from({ length: count }, () => {
    if (left === 0) [length, left] = [dice.pick([0, 1, 16, 72, 300, 1400, 1473, SLOT.dataBytes]), 1 + dice.below(40)];
    left -= 1;
    return dice.chance(0.1) ? dice.below(SLOT.dataBytes + 1) : length;
  });
}

let frames = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  // More than a burst now and then: a list of a segment may hold several.
  const sent = lengths(1 + dice.below(150)).map(length => Buffer.alloc(length, dice.below(256)));
  assert.equal(from.send(sent), sent.length);
  while (arrived.length < sent.length) await once(receiver, 'message');
  for (const [index, frame] of arrived.splice(0).entries()) {
    assert.deepEqual(frame, sent[index], `frame ${index} of ${round}`);
    frames += 1;
  }
}
process.stdout.write(JSON.stringify({ frames }));
await from.close();
receiver.close();
