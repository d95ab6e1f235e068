// A simulated gateway in memory and the simplest agent there can be: it observes, plans, and walks the plan.
import assert from 'node:assert/strict';
import { createMemory, type MemoryOptions } from '../../runtime/drivers/memory/driver.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';
import type { Kind } from '../../runtime/model/address.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { DriverFacts, Handle, StepContext } from '../../runtime/model/driver.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import type { Plan, Step } from '../../runtime/model/plan.ts';
import { Walk } from '../../runtime/plan/dag.ts';
import { plan } from '../../runtime/plan/plan.ts';
import { GATEWAY } from '../contract/samples.ts';

export interface World {
  readonly facts: readonly DriverFacts[];
  observe(): Promise<Observed>;
  plan(design: GatewayDesign): Promise<Plan>;
  /** Plans and carries out. @param signal  aborting it leaves the rest undone */
  apply(design: GatewayDesign, signal?: AbortSignal): Promise<Plan>;
}

/** @param before  called before each step, with what is observed then */
export async function openWorld(
  options: MemoryOptions = {},
  before: (step: Step, world: World) => Promise<void> = async () => {},
): Promise<World> {
  const { facts, handles } = await connectAll(options);
  let generation = 0;
  const world: World = {
    facts,
    async observe() {
      const found = await Promise.all([...handles.values()].map(handle => handle.observe()));
      const resources = Object.fromEntries(found.flat().map(each => [each.address, each]));
      return { gateway: GATEWAY, generation, atMs: 0, resources };
    },
    async plan(design) {
      const { plan: result } = plan({ design, observed: await world.observe(), facts, label: 'simulated' });
      return result;
    },
    async apply(design, signal = new AbortController().signal) {
      const result = await world.plan(design);
      const steps = new Map(result.steps.map(step => [step.id, step]));
      const walk = new Walk(new Map(result.steps.map(step => [step.id, step.needs])));
      for (let ready = walk.ready(); ready.length > 0; ready = walk.ready())
        for (const id of ready) {
          const step = steps.get(id);
          assert.ok(step !== undefined);
          await before(step, world);
          await carryOut(step, design, handles, { generation: generation + 1, signal });
          walk.done(id);
        }
      assert.equal(walk.unfinished, 0);
      generation += 1;
      return result;
    },
  };
  return world;
}

async function connectAll(options: MemoryOptions) {
  const host = createFakeHost();
  const gateway = { name: GATEWAY, backend: 'simulated' } as const;
  const world = { host, gateway, stateDirectory: '/state', now: () => 0, settings: {} };
  const { drivers } = createMemory(options);
  const connected = await Promise.all(drivers.map(driver => driver.connect(world)));
  const handles = new Map<Kind, Handle>(connected.map(({ facts, handle }) => [facts.kind, handle]));
  return { facts: connected.map(({ facts }) => facts as DriverFacts), handles };
}

async function carryOut(
  step: Step,
  design: GatewayDesign,
  handles: ReadonlyMap<Kind, Handle>,
  context: StepContext,
): Promise<void> {
  const handle = handles.get(step.kind);
  const resource = design.resources[step.address];
  assert.ok(handle !== undefined);
  if (step.action === 'remove' || step.action === 'replace') await handle.remove(step.was ?? step.address, context);
  if (step.action === 'remove') return;
  assert.ok(resource !== undefined);
  if (step.action === 'update') await handle.update(resource, step.changes, context, step.was);
  else await handle.create(resource, context);
}
