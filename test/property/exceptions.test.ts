// What holds for every exception, whatever is drawn and whatever is there.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DriftException } from '../../runtime/model/drift.ts';
import type { Plan } from '../../runtime/model/plan.ts';
import { covers, leaveExcepted, withoutExcepted } from '../../runtime/plan/exceptions.ts';
import { randomDesign } from './designs.ts';
import { openWorld } from './world.ts';

const fieldsOf = (plan: Plan) =>
  plan.steps.flatMap(({ address, changes }) => changes.map(change => ({ address, change })));
/** What is left of a bag of scalars may be told by its places, so a member counts as its list. */
const nameOf = ({ address, change }: ReturnType<typeof fieldsOf>[number]) =>
  `${address} ${change.field.replace(/\[[^\]]*\]$/, '')}`;

describe('any exception', function () {
  this.timeout(60_000);

  it('is in no plan while it can stand, brings no difference that was not there, and applies to what was left', async () => {
    let left = 0;
    const property = fc.asyncProperty(
      randomDesign,
      randomDesign,
      fc.infiniteStream(fc.boolean()),
      async (there, drawn, chosen) => {
        const world = await openWorld();
        await world.apply(there);
        const plan = await world.plan(drawn);
        const before = fieldsOf(plan);
        const exceptions = before
          .filter(({ change }) => change.field !== 'address' && chosen.next().value)
          .map(({ address, change }) =>
            DriftException.parse({
              ...{ gateway: drawn.gateway.name, address, field: change.field, user: 'anna', reason: 'trial' },
              ...(change.from === undefined ? {} : { value: change.from }),
              ...{ atMs: 0, untilMs: 1 },
            }),
          );
        const design = leaveExcepted(drawn, await world.observe(), exceptions);
        const after = fieldsOf(await world.plan(design));
        const known = new Set(before.map(nameOf));
        for (const one of after) assert.ok(known.has(nameOf(one)), `${nameOf(one)} was no difference`);
        left += before.length - after.length;
        const drift = withoutExcepted(plan.steps, exceptions);
        for (const { address, changes } of drift)
          for (const change of changes)
            assert.ok(!exceptions.some(one => covers(one, address, change)), `${address} ${change.field} is excepted`);
        await world.apply(design);
        assert.deepEqual((await world.plan(design)).steps, []);
      },
    );
    await fc.assert(property, { numRuns: 200 });
    assert.ok(left > 50, `only ${left} differences were ever left`);
  });
});
