// What a driver brings to the contract suite, and how the suite holds it: connections, observation, waiting.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Host } from '../../runtime/host/host.ts';
import type { Address, Kind } from '../../runtime/model/address.ts';
import type { Driver, DriverFacts, DriverWorld, Handle, StepContext } from '../../runtime/model/driver.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import type { ObservedResource } from '../../runtime/model/observed.ts';
import type { FieldChange } from '../../runtime/model/plan.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { diff } from '../../runtime/plan/diff.ts';
import { mutabilityOf } from '../../runtime/plan/facts.ts';
import { type InterruptibleHost, interruptibleHost } from './interruptible-host.ts';

/** One driver with a world of its own. Make the world in `setup`, take it down in `close`. */
export interface DriverCase<K extends Kind> {
  // biome-ignore lint/suspicious/noExplicitAny: drivers of a set have their kind erased
  readonly driver: Driver<any, Host>;
  readonly world: DriverWorld<Host>;
  /** The resource under test. Everything that it needs (its segment, its ports) is there before the suite starts. */
  readonly sample: Resource<K>;
  /** For every mutable field of the driver's facts another legal value; `undefined` = absent. `running`, `fieldLine`, `bridgeNetfilter` and `plugged` need none. */
  readonly variations: { readonly [F in keyof Spec<K>]?: Spec<K>[F] | undefined };
  /** Mutable fields that the machine of this test cannot bring about; they need no variation. */
  readonly unavailable?: readonly (keyof Spec<K> & string)[];
  /** Things in the real system that are not ours, best with names like ours. */
  readonly foreign: {
    make(): Promise<void>;
    /** Throws when they are not as they were made. */
    check(): Promise<void>;
  };
  /** The sample under another name; default: `-2` at the end of its name. */
  readonly renamed?: Resource<K>;
  /** Deletes the driver's own files. Absent for a back end that is nothing but files. */
  readonly forget?: () => Promise<void>;
  /** Everything of the real system that observing must leave alone, to be compared. */
  readonly snapshot?: () => Promise<unknown>;
  /**
   * The sample, waiting for {@link GATE}. For drivers with `openGate`; what is closed is told in `waitsFor` of its status, or of a line in
   * `heldBy` of its ends.
   */
  readonly gated?: Resource<K>;
  readonly close: () => Promise<void>;
}

/** What gated samples wait for. */
export const GATE: Address<'gate'> = 'gate.cell-7/contract';

/** The suite's hold on a case. */
export interface Bench<K extends Kind> {
  readonly facts: DriverFacts<K>;
  readonly handle: Handle<K>;
  readonly probe: InterruptibleHost;
  /** A second connection, as a restarted agent would make it. Close it. */
  connect(): Promise<Handle<K>>;
  /** What is observed under this address. */
  find(address: Address<K>): Promise<ObservedResource<K> | undefined>;
  /** Observes and compares: this resource is there and is as its spec says. */
  isAsDrawn(resource: Resource<K>): Promise<void>;
  /** Brings a resource from what is observed to its spec, as the planner would ask. */
  update(resource: Resource<K>, generation: number): Promise<void>;
}

/** Connects a case. */
export async function openBench<K extends Kind>(subject: DriverCase<K>): Promise<Bench<K>> {
  const probe = interruptibleHost(subject.world.host);
  const open = () => subject.driver.connect({ ...subject.world, host: probe.host });
  const { facts, handle } = (await open()) as { facts: DriverFacts<K>; handle: Handle<K> };
  const find = async (address: Address<K>) => (await handle.observe()).find(found => found.address === address);
  return {
    facts,
    handle,
    probe,
    find,
    connect: async () => (await open()).handle as Handle<K>,
    async isAsDrawn(resource) {
      const found = await find(resource.address);
      assert.ok(found !== undefined, `${resource.address} is not there`);
      assert.equal(found.kind, resource.kind);
      assert.deepEqual(found.spec, resource.spec);
    },
    async update(resource, generation) {
      const found = await find(resource.address);
      const changes = diff(found?.spec ?? {}, resource.spec).map(change => modeOf(change, facts));
      await handle.update(resource, changes, step(generation));
    },
  };
}

function modeOf(change: FieldChange, facts: DriverFacts): FieldChange {
  const how = mutabilityOf(facts, change.field);
  return how === undefined ? change : { ...change, how };
}

/** The context of a step. @param signal  default: never aborted */
export function step(generation: number, signal: AbortSignal = new AbortController().signal): StepContext {
  return { generation, signal };
}

/** The code a piece of work was refused with; fails when it succeeded or broke in a way that is not ours. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const outcome: unknown = await work.then(
    () => assert.fail('it should have been refused'),
    (cause: unknown) => cause,
  );
  assert.ok(isGatewrightError(outcome), `not an error of ours: ${outcome instanceof Error ? outcome.stack : outcome}`);
  return outcome.code;
}

/** Asks again until the answer is yes. @param timeoutMs  default 10,000 */
export async function until(ask: () => boolean | Promise<boolean>, what: string, timeoutMs = 10_000): Promise<void> {
  for (const limit = AbortSignal.timeout(timeoutMs); !(await ask()); await setTimeout(10))
    assert.ok(!limit.aborted, `${what} did not happen in ${timeoutMs} ms`);
}
