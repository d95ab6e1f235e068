// What an agent does with a plan, over the simulated back end.
import assert from 'node:assert/strict';
import { addressesIn, addressesOf, applyDesign, type Bench, openBench, sampleDesign } from './sample.ts';

describe('applying', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  it('makes everything that is drawn, and plans nothing after that', async () => {
    const agent = await bench.start();
    const result = await applyDesign(agent, sampleDesign());
    assert.deepEqual(result, { outcome: 'applied', generation: 1, message: 'generation 1 is complete' });
    assert.deepEqual(await addressesOf(agent), addressesIn(sampleDesign()));
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
    assert.deepEqual((await agent.drift())?.steps, []);
    assert.equal((await agent.info()).generation, 1);
  });
});
