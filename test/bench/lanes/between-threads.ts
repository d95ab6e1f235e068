// Frames from this thread to another: by a ring, and by a message port.
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';

/** As a port in of an engine has. */
const SLOTS = 1024;
/** At most, until half of the ring is free: a wake-up that is lost is slow, and so shows. */
const WAIT_MS = 100;
/** Between two looks at whether all have arrived. */
const NAP_MS = 0.02;

export interface Crossing {
  /** Sends frames and waits until the other thread has seen all of them. */
  send(frames: number): Promise<void>;
  close(): Promise<unknown>;
}

async function receiver(order: object, transferList: MessageChannel['port1'][] = []): Promise<Worker> {
  const thread = new Worker(new URL('./receiver-thread.ts', import.meta.url), { workerData: order, transferList });
  await once(thread, 'message');
  return thread;
}

export async function ringCrossing(frame: Uint8Array): Promise<Crossing> {
  const ring = createRing(createFrameMemory(SLOTS), { first: 0, count: SLOTS }, [new Doorbell()]);
  const thread = await receiver({ ring: ring.shared });
  const producer = new RingProducer(ring, { port: 1, frameClass: 0, tenant: 1 });
  const nap = new Int32Array(new SharedArrayBuffer(4));
  return {
    async send(frames) {
      for (let sent = 0; sent < frames; sent += BURST) {
        while (!producer.waitForRoom(BURST, WAIT_MS));
        for (let index = 0; index < BURST; index += 1) producer.write(frame, sent);
        producer.publish();
      }
      while (ring.countedAt(0).inFlight > 0) Atomics.wait(nap, 0, 0, NAP_MS);
    },
    close: () => thread.terminate(),
  };
}

/** @param way  `copy`: the port copies the frame; `transfer`: the frame's memory is handed over */
export async function portCrossing(frame: Uint8Array, way: 'copy' | 'transfer'): Promise<Crossing> {
  const { port1, port2 } = new MessageChannel();
  const thread = await receiver({ port: port2 }, [port2]);
  return {
    async send(frames) {
      const arrived = once(port1, 'message');
      port1.postMessage(frames);
      await feed(port1, frame, way, frames);
      await arrived;
    },
    close() {
      port1.close();
      return thread.terminate();
    },
  };
}

/**
 * WHY in pieces: a port takes any number, but a sender with an event loop gives it some at a time. Each frame is in memory of
 * its own, as sockets hand them over; the ring's side has that copy too, into a slot.
 */
async function feed(port: MessageChannel['port1'], frame: Uint8Array, way: 'copy' | 'transfer', frames: number) {
  for (let left = frames; left > 0; left -= 256) {
    for (let index = Math.min(left, 256); index > 0; index -= 1) {
      const own = frame.slice();
      if (way === 'copy') port.postMessage(own);
      else port.postMessage(own, [own.buffer]);
    }
    await new Promise(setImmediate);
  }
}
