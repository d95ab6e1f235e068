// What holds for every design and every plan, whatever was there before.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FactChanges } from '../../runtime/drivers/memory/facts.ts';
import { KINDS, type Kind } from '../../runtime/model/address.ts';
import { hashOf } from '../../runtime/model/canonical.ts';
import { emptyDesign, type GatewayDesign } from '../../runtime/model/design.ts';
import { SPECS } from '../../runtime/model/kind.ts';
import type { Plan } from '../../runtime/model/plan.ts';
import { plan } from '../../runtime/plan/plan.ts';
import { renderPlan } from '../../runtime/plan/render.ts';
import { randomDesign, renamed } from './designs.ts';
import { openWorld } from './world.ts';

const RUNS = { numRuns: 300 };

/** Drivers that can change some fields, rename or not, and pull dependents along. */
const randomFacts: fc.Arbitrary<FactChanges> = fc.record(
  Object.fromEntries(
    KINDS.map(kind => [
      kind,
      fc.record({
        mutable: fc.dictionary(
          fc.constantFrom(...Object.keys(SPECS[kind].shape)),
          fc.constantFrom('live' as const, 'restart' as const),
        ),
        renames: fc.boolean(),
        rebuildWith: fc.subarray<Kind>(['uplink', 'segment', 'port', 'policy']),
      }),
    ]),
  ),
) as fc.Arbitrary<FactChanges>;

function needsAreEarlier(result: Plan): void {
  const seen = new Set<string>();
  for (const step of result.steps) {
    for (const need of step.needs) assert.ok(seen.has(need), `${step.id} stands before ${need}`);
    seen.add(step.id);
  }
  assert.equal(seen.size, result.steps.length, 'ids are unique');
}

/** The same JSON with its keys in another order. */
function shuffled<T>(value: T): T {
  if (Array.isArray(value)) return value.map(shuffled) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (hashOf(a) < hashOf(b) ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, shuffled(item)])) as T;
}

describe('any plan', function () {
  this.timeout(60_000);

  it('leaves nothing to do, there and back and to nothing, whatever the drivers can', async () => {
    const property = fc.asyncProperty(randomDesign, randomDesign, randomFacts, async (first, second, facts) => {
      const world = await openWorld({ facts });
      for (const design of [first, second, first, emptyDesign(first.gateway)]) {
        needsAreEarlier(await world.apply(design));
        const rest = await world.plan(design);
        assert.deepEqual(rest.steps, []);
      }
      assert.deepEqual((await world.observe()).resources, {});
    });
    await fc.assert(property, RUNS);
  });

  it('is empty exactly when what is there is what is drawn', async () => {
    const property = fc.asyncProperty(randomDesign, randomDesign, async (there, wanted) => {
      const world = await openWorld();
      await world.apply(there);
      const specs = (design: GatewayDesign) =>
        hashOf(Object.fromEntries(Object.entries(design.resources).map(([address, { spec }]) => [address, spec])));
      assert.equal((await world.plan(wanted)).steps.length === 0, specs(there) === specs(wanted));
    });
    await fc.assert(property, RUNS);
  });

  it('has everything there that a step needs when the step begins', async () => {
    const property = fc.asyncProperty(randomDesign, randomDesign, randomFacts, async (first, second, facts) => {
      let wanted = first;
      const world = await openWorld({ facts }, async (step, now) => {
        if (step.action === 'remove') return;
        const { resources } = await now.observe();
        for (const need of wanted.resources[step.address]?.needs ?? [])
          assert.ok(resources[need] !== undefined, `${step.id} began without ${need}`);
      });
      await world.apply(first);
      wanted = second;
      await world.apply(second);
    });
    await fc.assert(property, RUNS);
  });

  it('removes nothing that something else still stands on when all goes away', async () => {
    const property = fc.asyncProperty(randomDesign, async design => {
      const world = await openWorld({}, async (step, now) => {
        if (step.action !== 'remove') return;
        const { resources } = await now.observe();
        const users = Object.values(design.resources).filter(each => each.needs.includes(step.address));
        for (const user of users) assert.equal(resources[user.address], undefined, `${step.id} before ${user.address}`);
      });
      await world.apply(design);
      await world.apply(emptyDesign(design.gateway));
    });
    await fc.assert(property, RUNS);
  });

  it('carries a rename out, declared or not, on drivers that can and that cannot', async () => {
    const property = fc.asyncProperty(randomDesign, fc.boolean(), randomFacts, async (design, declared, facts) => {
      const world = await openWorld({ facts });
      const next = renamed(design, declared);
      await world.apply(design);
      needsAreEarlier(await world.apply(next));
      assert.deepEqual((await world.plan(next)).steps, []);
    });
    await fc.assert(property, RUNS);
  });

  it('makes nothing anew for a declared rename where every driver can rename', async () => {
    const property = fc.asyncProperty(randomDesign, async design => {
      const world = await openWorld();
      await world.apply(design);
      const result = await world.plan(renamed(design, true));
      assert.deepEqual(
        [...new Set(result.steps.map(step => step.action))].filter(each => each !== 'update'),
        [],
      );
      assert.deepEqual(
        result.steps.filter(step => step.impact.darkSeconds > 0).map(step => step.id),
        [],
      );
    });
    await fc.assert(property, RUNS);
  });

  it('is finished by a second plan when the first one was cut off anywhere', async () => {
    const property = fc.asyncProperty(randomDesign, randomDesign, fc.nat(40), async (first, second, cut) => {
      let seams = -1;
      let controller = new AbortController();
      const world = await openWorld({
        seam: ({ operation }) => {
          if (operation !== 'observe' && seams >= 0 && seams++ === cut) controller.abort();
        },
      });
      await world.apply(first);
      seams = 0;
      const cutOff = world.apply(second, controller.signal);
      await cutOff.catch((error: { code?: string }) => assert.equal(error.code, 'GW_CANCELLED'));
      controller = new AbortController();
      await world.apply(second);
      assert.deepEqual((await world.plan(second)).steps, []);
    });
    await fc.assert(property, RUNS);
  });

  it('has the same hash whatever the order of keys, and lines of text without breaks', async () => {
    const property = fc.asyncProperty(randomDesign, randomDesign, async (there, wanted) => {
      const world = await openWorld();
      await world.apply(there);
      const input = {
        design: wanted,
        observed: await world.observe(),
        facts: world.facts,
        label: 'simulated',
      } as const;
      const result = plan(input).plan;
      assert.equal(plan(shuffled(input)).plan.hash, result.hash);
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
      assert.ok(renderPlan(result).every(line => !line.includes('\n')));
    });
    await fc.assert(property, RUNS);
  });
});
