// From the drawing to what is there: what holds for every sound drawing, through compiler, planner and drivers.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { GATEWAY } from '../contract/samples.ts';
import { type Drawn, flowOf, randomDrawing } from './drawings.ts';
import { openWorld } from './world.ts';

const RUNS = { numRuns: 60 };

function designOfDrawing(drawn: Drawn, prefix: string): GatewayDesign {
  const { design, diagnostics } = compile(flowOf(drawn, prefix), NODE_TYPES);
  const words = diagnostics.map(({ summary, remedy }) => `${summary} ${remedy}`).join('\n');
  assert.ok(!hasErrors(diagnostics), words);
  const own = designFor(design, GATEWAY);
  assert.ok(own !== undefined);
  return own;
}

describe('any sound drawing', function () {
  this.timeout(60_000);

  it('is there completely after one apply, whatever was there before', async () => {
    const property = fc.asyncProperty(randomDrawing, randomDrawing, async (first, second) => {
      const world = await openWorld();
      for (const drawn of [first, second, first]) {
        const design = designOfDrawing(drawn, 'n');
        await world.apply(design);
        const rest = await world.plan(design);
        assert.deepEqual(rest.steps, []);
      }
    });
    await fc.assert(property, RUNS);
  });

  it('has nothing to do after it was exported and imported with other node ids', async () => {
    const property = fc.asyncProperty(randomDrawing, async drawn => {
      const world = await openWorld();
      await world.apply(designOfDrawing(drawn, 'before'));
      const rest = await world.plan(designOfDrawing(drawn, 'after'));
      assert.deepEqual(rest.steps, []);
    });
    await fc.assert(property, RUNS);
  });
});
