// Sends frames of tests by calls of the C library, out of a memory of their own.
import { BurstSender } from '../../../runtime/lanes/ffi/burst-sender.ts';
import { openSocket } from '../../../runtime/lanes/ffi/datagram-socket.ts';
import { type Libc, systemLibc } from '../../../runtime/lanes/ffi/libc.ts';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { createFrameMemory, FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';

const MOST = 256;

export interface Sender {
  /** @returns how many went */
  send(frames: readonly Uint8Array[]): number;
  close(): Promise<void>;
}

/** @throws Error that says why it cannot be called */
export async function realLibc(): Promise<Libc> {
  const loaded = await systemLibc();
  if ('why' in loaded) throw new Error(loaded.why);
  return loaded.libc;
}

/** @param libc  what is called to send */
export async function sender(port: number, libc?: Libc, address = '127.0.0.1'): Promise<Sender> {
  const real = await realLibc();
  const { socket, descriptor } = await openSocket(real, { address, port: 0 }, { address, port }, 1 << 20);
  socket.on('error', () => {});
  const memory = createFrameMemory(MOST);
  const burst = new Burst(MOST);
  const sends = new BurstSender(libc ?? real, descriptor);
  return {
    send(frames) {
      burst.count = 0;
      for (const [slot, frame] of frames.entries()) {
        memory.bytes.set(frame, FrameMemory.at(slot));
        burst.push(slot, frame.length);
      }
      return sends.send(burst, memory);
    },
    close: () => new Promise(resolve => socket.close(() => resolve())),
  };
}
