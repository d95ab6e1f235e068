// Every kill point of the reference design on the simulated back end.
import assert from 'node:assert/strict';
import { robotCell } from './drawn.ts';
import { runScenario } from './matrix.ts';
import { allScenarios } from './scenarios.ts';
import { memoryWorld } from './world.ts';

describe('an agent that is killed at any write of its journal', () => {
  const world = memoryWorld(robotCell());
  for (const scenario of allScenarios(world.design))
    it(`ends in a stated generation with nothing left to do: ${scenario.what}`, async function () {
      this.timeout(120_000);
      const rows = await runScenario(world, scenario);
      assert.ok(rows.length >= 6, `${rows.length} points`);
      assert.deepEqual(
        rows.filter(row => row.fault !== undefined),
        [],
      );
      const generations = new Set(rows.map(row => row.generation));
      const possible = rows.flatMap(row => scenario.ends(row.point).map(end => end.generation));
      assert.deepEqual([...generations].sort(), [...new Set(possible)].sort(), 'every end that is stated is met');
    });
});
