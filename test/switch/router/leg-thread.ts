// A leg between the cards of two pretend machines, in a thread of its own: it waits for frames without the event loop.
import { parentPort, workerData } from 'node:worker_threads';
import type { EdgeSpec } from '../../../runtime/model/kinds/edge.ts';
import { EdgeLeg } from '../../../runtime/switch/router/edge-leg.ts';
import { openTap, readTap, waitForTaps, writeTap } from '../../lab/tap.ts';

export interface LegThread {
  readonly spec: EdgeSpec;
  /** Paths of the network namespaces on either side. */
  readonly inside: string;
  readonly outside: string;
}

const WAIT_MS = 20;
const { spec, inside, outside } = workerData as LegThread;
const taps = { inside: openTap(inside, 'eth0'), outside: openTap(outside, 'eth0') };
const leg = new EdgeLeg(spec, {
  now: Date.now,
  toInside: frame => writeTap(taps.inside, frame),
  toOutside: frame => writeTap(taps.outside, frame),
});

const buffer = Buffer.alloc(65_536);
function drain(tap: number, receive: (frame: Uint8Array) => void): void {
  for (let left = 256; left > 0; left -= 1) {
    const length = readTap(tap, buffer);
    if (length < 0) return;
    receive(buffer.subarray(0, length));
  }
}

function turn(): void {
  waitForTaps([taps.inside, taps.outside], WAIT_MS);
  drain(taps.inside, frame => leg.fromInside(frame));
  drain(taps.outside, frame => leg.fromOutside(frame));
  setImmediate(turn);
}

parentPort?.on('message', () => parentPort?.postMessage({ ...leg.counters(), leases: leg.leases() }));
parentPort?.postMessage('open');
turn();
