// How long frames stand still when the thread of an engine crashes: from the last frame before to the first one after.
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { CrashingOptions } from '../../lanes/engine/crashing-port.ts';
import { Outlet, simPort, testModule } from '../../lanes/engine/world.ts';
import { chainGraph } from './fused-lane.ts';

/** WHY apart: an engine that crashes again and again waits longer each time, and its spare thread needs a while to be ready. */
const BETWEEN_MS = 1500;
const SOURCE = { source: { frames: 0xffff_ffff, length: 16, perTurn: 8, regardless: false } };

export interface Respawns {
  /** Milliseconds of each pause. */
  readonly pauses: readonly number[];
  /** Frames that were lost, or came again beyond a burst a crash. */
  readonly wrong: number;
}

/** Looks at the frames that come out, and at when. */
class Watch {
  /** When the last one came. */
  last = performance.now();
  #next = 0;
  #lost = 0;
  #repeated = 0;

  see(frame: Uint8Array): void {
    const number = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    if (number > this.#next) this.#lost += number - this.#next;
    if (number < this.#next) this.#repeated += 1;
    this.#next = Math.max(this.#next, number + 1);
  }

  wrong(crashes: number): number {
    return this.#lost + Math.max(this.#repeated - crashes * 64, 0);
  }
}

/** Lets the thread of an engine crash so many times while frames run. */
export async function respawns(crashes: number): Promise<Respawns> {
  const [outlet, state, watch] = [new Outlet(), new SharedArrayBuffer(8), new Watch()];
  const stillToCome = new Int32Array(state).subarray(1);
  const options: CrashingOptions = { ring: outlet.ring.shared, whenFull: 'wait', state, every: 1 };
  const engine = new LaneEngine();
  await engine.deploy({
    graph: chainGraph(['pass']),
    ports: [
      simPort('device', SOURCE, 'in'),
      { id: 'back', module: testModule('crashing-port'), options, sends: ['out'] },
    ],
  });
  const pauses: number[] = [];
  let due = performance.now() + BETWEEN_MS;
  let isCrashing = false;
  while (pauses.length < crashes) {
    const count = outlet.drain(frame => watch.see(frame));
    const now = performance.now();
    if (count > 0 && engine.crashes > pauses.length) {
      pauses.push(now - watch.last);
      [due, isCrashing] = [now + BETWEEN_MS, false];
    }
    if (count > 0) watch.last = now;
    if (now > due && !isCrashing) {
      Atomics.store(stillToCome, 0, 1);
      isCrashing = true;
    }
    if (count === 0 || isCrashing) await new Promise(setImmediate);
  }
  await engine.close();
  return { pauses, wrong: watch.wrong(crashes) };
}
