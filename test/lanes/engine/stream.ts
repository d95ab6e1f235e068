// A stream through a lane whose receiver does not read for a while.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import { until } from './world.ts';

const PIECE = 65_536;

/** The next connection of each server: where the lane reads, and where it writes. */
export async function accepted(left: Server, right: Server): Promise<readonly [Socket, Socket]> {
  const [[from], [to]] = await Promise.all([once(left, 'connection'), once(right, 'connection')]);
  return [from, to];
}

/**
 * Sends, waits until nothing moves any more, lets the receiver read, and compares.
 * @param ends    of a lane from `in` to `out`; the receiver's is paused
 * @param total   bytes to send
 * @param behind  share of them that is still with the sender while nobody reads, at least
 */
export async function carriesStream(
  engine: LaneEngine,
  [from, to]: readonly [Socket, Socket],
  total: number,
  behind: number,
): Promise<void> {
  const [sent, received] = [createHash('sha256'), createHash('sha256')];
  for (let at = 0; at < total; at += PIECE) {
    const piece = Buffer.alloc(PIECE, at / PIECE);
    sent.update(piece);
    from.write(piece);
  }
  const released = () => engine.entrance('in')?.lane.released ?? 0;
  for (let last = -1; last !== released(); ) {
    last = released();
    await new Promise(resolve => setTimeout(resolve, 150));
  }
  assert.ok(from.writableLength > total * behind, `${from.writableLength} bytes are held back`);
  let bytes = 0;
  to.on('data', piece => {
    received.update(piece);
    bytes += piece.length;
  });
  to.resume();
  await until(() => bytes === total);
  assert.equal(received.digest('hex'), sent.digest('hex'));
  assert.deepEqual([engine.entrance('in')?.entrance.dropped, engine.figures('out')?.dropQueue], [0, 0]);
  // Counted once they are sent, which may be a little later than they arrive here.
  await until(() => engine.figures('out')?.bytes === total);
  from.destroy();
  to.destroy();
}
