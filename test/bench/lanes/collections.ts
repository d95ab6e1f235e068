// How often the thread of a real engine collects garbage while frames run through it.
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { SimOptions } from '../../../runtime/lanes/engine/sim-port.ts';
import { chainGraph, type Hop } from './fused-lane.ts';
import type { ProbeOptions } from './probe-port.ts';

const engineModule = (name: string) => new URL(`../../../runtime/lanes/engine/${name}.ts`, import.meta.url).href;

/** So many engines, one after the other. */
const ENGINES = 3;

/** Collections while frames ran, of several engines. See {@link collectionsOf}. */
export async function collectionsOfEach(
  hops: readonly Hop[],
  frames: number,
  warm: number,
): Promise<readonly number[]> {
  const all: number[] = [];
  for (let engine = 0; engine < ENGINES; engine += 1) all.push(await collectionsOf(hops, frames, warm));
  return all;
}

/**
 * Runs frames from a pretended device through a chain of nodes.
 * @param warm  frames before anything is counted
 * @returns collections while the others ran; NaN when nobody counted
 */
export async function collectionsOf(hops: readonly Hop[], frames: number, warm: number): Promise<number> {
  const collections = new SharedArrayBuffer(8);
  // Nothing is as good as none as long as nobody has counted.
  new Float64Array(collections)[0] = Number.NaN;
  const probe: ProbeOptions = { collections, after: warm, frames };
  const source: SimOptions = { source: { frames: frames + warm, length: 64, perTurn: 64, regardless: false } };
  const receives = { node: 'in', frameClass: 'bytes' as const, tenant: 1, port: 1 };
  const engine = new LaneEngine();
  await engine.deploy({
    graph: chainGraph(hops),
    ports: [
      { id: 'device', module: engineModule('sim-port'), options: source, receives, sends: [] },
      { id: 'probe', module: new URL('./probe-port.ts', import.meta.url).href, options: probe, sends: ['out'] },
    ],
  });
  while ((engine.figures('out')?.tx ?? 0) < frames + warm) await new Promise(resolve => setTimeout(resolve, 20));
  await engine.close();
  return new Float64Array(collections)[0] ?? Number.NaN;
}
