// Two guests in a thread of their own: one says what the other has to hear before it says more, until it is told to stop.
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BusGuest, frameOf, lineOf, until } from './bus-world.ts';

const PIECE = 50;

export interface BusyGuests {
  readonly folder: string;
  /** Words: whether to go on, and how many frames have been heard. */
  readonly shared: SharedArrayBuffer;
}

const { folder, shared } = workerData as BusyGuests;
const words = new Int32Array(shared);
const [speaker, hearer] = ['a', 'b'].map(name => new BusGuest(join(folder, `${name}.sock`))) as [BusGuest, BusGuest];
await Promise.all([speaker.start(), hearer.start()]);
let heard = 0;
hearer.onHeard = () => {
  heard += 1;
  Atomics.store(words, 1, heard);
};
parentPort?.postMessage('ready');
await until(() => speaker.isConnected && hearer.isConnected && Atomics.load(words, 0) === 1);
const piece = lineOf(frameOf(0x123, 1, 2, 3))
  .toString('latin1')
  .repeat(PIECE);
let said = 0;
while (Atomics.load(words, 0) === 1) {
  speaker.type(piece);
  said += PIECE;
  await until(() => heard === said);
}
parentPort?.postMessage(said);
await new Promise(resolve => parentPort?.once('message', resolve));
speaker.stop();
hearer.stop();
parentPort?.close();
