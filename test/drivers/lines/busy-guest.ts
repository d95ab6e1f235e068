// A guest in a thread of its own, so that it asks on while the thread of the test does something else: one request after the
// other, until it is told to stop.
import { parentPort, workerData } from 'node:worker_threads';
import { Master, read } from './master.ts';

const { path, counts } = workerData as { readonly path: string; readonly counts: SharedArrayBuffer };
/** Asked, answered rightly, answered wrongly; then whether to stop. */
const [ASKED, RIGHT, WRONG, STOP] = [0, 1, 2, 3];
const shared = new Int32Array(counts);

const master = await new Master(path).on();
parentPort?.postMessage('on');
while (Atomics.load(shared, STOP) === 0) {
  const address = Atomics.add(shared, ASKED, 1) % 100;
  const answer = await master.ask(read(address));
  Atomics.add(shared, answer === `0302${address.toString(16).padStart(4, '0')}` ? RIGHT : WRONG, 1);
}
await master.off();
parentPort?.postMessage('off');
