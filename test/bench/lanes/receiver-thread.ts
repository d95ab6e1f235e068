// The other end of a ring or of a message port: looks at every frame and says when all have come.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import type { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { openRing, type SharedRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';

export type ReceiverOrder = { readonly ring: SharedRing } | { readonly port: MessagePort };

const order = workerData as ReceiverOrder;
/** What was looked at: without it the look could be left out by the compiler. */
const looked = { sum: 0 };

/** Never ends: it is ended from outside. */
function drain(shared: SharedRing): never {
  const ring = openRing(new FrameMemory(shared.frames), shared);
  const consumer = new RingConsumer(ring, 0);
  const burst = new Burst(4 * BURST);
  const { bytes } = ring.memory;
  const bell = ring.bells[0] as Doorbell;
  parentPort?.postMessage('ready');
  for (;;) {
    const count = consumer.take(burst, burst.room);
    if (count === 0) bell.sleep(100, () => consumer.waiting() > 0);
    for (let index = 0; index < count; index += 1)
      looked.sum += (bytes[FrameMemory.at(burst.slot(index))] ?? 0) + burst.length(index);
    consumer.release(count);
  }
}

function listen(port: MessagePort): void {
  let [left, answer] = [0, 0];
  port.on('message', (message: Uint8Array | number) => {
    if (typeof message === 'number') {
      left = message;
      answer = message;
      return;
    }
    looked.sum += (message[0] ?? 0) + message.length;
    left -= 1;
    if (left === 0) port.postMessage(answer);
  });
  parentPort?.postMessage('ready');
}

if ('ring' in order) drain(order.ring);
else listen(order.port);
