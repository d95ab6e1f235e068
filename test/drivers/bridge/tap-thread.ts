// What VMs would be at the taps of their cards: sends frames that it is told, and tells those that arrive.
import { parentPort, workerData } from 'node:worker_threads';
import { openTap, readTap, waitForTaps, writeTap } from '../../lab/tap.ts';

export interface Taps {
  /** Path of the network namespace. */
  readonly namespace: string;
  readonly devices: readonly string[];
}

export interface TapFrame {
  /** In the order of {@link Taps.devices}. */
  readonly tap: number;
  readonly frame: Uint8Array;
}

const { namespace, devices } = workerData as Taps;
const taps = devices.map(device => openTap(namespace, device));
const buffer = Buffer.alloc(65_536);

parentPort?.on('message', ({ tap, frame }: TapFrame) => writeTap(taps[tap] as number, frame));
parentPort?.postMessage('open');
look();

/** Never waits for long, so that what it is told to send is sent. */
function look(): void {
  waitForTaps(taps, 5);
  for (const [tap, fd] of taps.entries())
    for (let length = readTap(fd, buffer); length > 0; length = readTap(fd, buffer))
      parentPort?.postMessage({ tap, frame: Uint8Array.from(buffer.subarray(0, length)) } satisfies TapFrame);
  setImmediate(look);
}
