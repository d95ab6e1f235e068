// Kill points on the real back end, spread over create, update and remove. All of them: `npm run test:faults`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { robotCell } from './drawn.ts';
import { type LinuxWorld, linuxWorld } from './linux-world.ts';
import { runScenario, spread } from './matrix.ts';
import { allScenarios } from './scenarios.ts';

/** Of each scenario; both ends are among them. */
const POINTS = 4;
const NAMES = ['create', 'update', 'remove'];

describe('an agent of a Linux gateway that is killed at a write of its journal', () => {
  let world: LinuxWorld;
  before(() => {
    world = linuxWorld(robotCell());
  });
  after(() => world.close());

  it('stands on a box where it is noticed when anything stays behind', async function () {
    this.timeout(180_000);
    const place = await world.open();
    const [program = '', ...args] = [...place.prefix, 'ip', 'netns', 'add', 'stray'];
    await promisify(execFile)(program, args);
    await assert.rejects(place.close(), { message: 'left behind: namespaces stray, files /run/netns/stray' });
  });

  for (const name of NAMES)
    it(`ends in a stated generation, leaves nothing to do, and nothing behind once all is removed: ${name}`, async function () {
      this.timeout(180_000);
      const scenario = allScenarios(world.design).find(one => one.name === name);
      assert.ok(scenario !== undefined);
      const rows = await runScenario(world, scenario, { choose: points => spread(points, POINTS) });
      assert.equal(rows.length, POINTS);
      assert.deepEqual(
        rows.filter(row => row.fault !== undefined),
        [],
      );
      const possible = rows.flatMap(row => scenario.ends(row.point).map(end => end.generation));
      assert.deepEqual(
        rows.map(row => row.generation),
        possible,
      );
    });
});
