// The questions every driver is asked, on the real system where there is one.
//
// Usage, in a test of your own:
//
//   describeDriver('segment on the Linux bridge', async () => ({
//     driver,                 // of your DriverSet
//     world,                  // host, gateway, stateDirectory, now, settings
//     sample,                 // a Resource whose needs are met already
//     variations: { mtu: 1400 },         // another legal value for each mutable field of the facts
//     foreign: { make, check },          // things that are not ours; check throws when they were touched
//     close,                  // takes the world down
//   }), { timeoutMs: 120_000 });
//
// `setup` runs once, before the first question. More options (`renamed`, `forget`, `snapshot`): driver-case.ts.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from '../../runtime/model/address.ts';
import { parseAddress } from '../../runtime/model/address.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { askAboutGates } from './describe-gates.ts';
import { type Bench, type DriverCase, openBench, refusal, step, until } from './driver-case.ts';

/** Fields that are always true in a design; only what is observed can differ. */
const ALWAYS_TRUE: readonly string[] = ['running', 'fieldLine', 'bridgeNetfilter', 'plugged'];
/** Most points at which one piece of work is interrupted; of a longer one, evenly chosen ones. */
const MOST_INTERRUPTIONS = 12;

/** Asks one driver all questions of the contract. @param options  `timeoutMs` of each question, default 60,000 */
export function describeDriver<K extends Kind>(
  name: string,
  setup: () => Promise<DriverCase<K>>,
  options: { readonly timeoutMs?: number } = {},
): void {
  describe(`the contract of drivers: ${name}`, function () {
    this.timeout(options.timeoutMs ?? 60_000);
    let subject: DriverCase<K>;
    let bench: Bench<K>;

    before(async () => {
      subject = await setup();
      await subject.foreign.make();
      bench = await openBench(subject);
    });
    after(async () => {
      await bench?.handle.close();
      await subject?.close();
    });
    afterEach(async () => {
      bench.probe.reset();
      await bench.handle.remove(subject.sample.address, step(99));
      assert.deepEqual(await bench.handle.observe(), [], 'removing leaves nothing of ours behind');
      await subject.foreign.check();
    });

    it('declares facts of its own kind, with an honest label', () => {
      assert.equal(bench.facts.kind, subject.sample.kind);
      assert.equal(bench.facts.kind, subject.driver.kind);
      assert.ok(Object.values(bench.facts.seconds).every(seconds => Number.isFinite(seconds) && seconds >= 0));
    });

    askAboutGates(() => ({ subject, bench }));

    it('lists nothing that is not ours', async () => assert.deepEqual(await bench.handle.observe(), []));

    it('reads back exactly what it created, with its generation', async () => {
      await bench.handle.create(subject.sample, step(5));
      await bench.isAsDrawn(subject.sample);
      assert.equal((await bench.find(subject.sample.address))?.generation, 5);
    });

    it('creates twice as it creates once', async () => {
      await bench.handle.create(subject.sample, step(1));
      await bench.handle.create(subject.sample, step(2));
      await bench.isAsDrawn(subject.sample);
      assert.equal((await bench.handle.observe()).length, 1);
    });

    it('takes the removal of what is absent for done', async () => {
      await bench.handle.remove(subject.sample.address, step(1));
      await bench.handle.create(subject.sample, step(1));
      await bench.handle.remove(subject.sample.address, step(2));
      await bench.handle.remove(subject.sample.address, step(3));
    });

    it('shows another connection what is there', async () => {
      await bench.handle.create(subject.sample, step(1));
      const other = await bench.connect();
      const found = await other.observe();
      await other.close();
      assert.deepEqual(
        found.map(({ address, spec }) => ({ address, spec })),
        [{ address: subject.sample.address, spec: subject.sample.spec }],
      );
    });

    it('changes each field that it calls mutable, there and back, and nothing else', async () => {
      await bench.handle.create(subject.sample, step(1));
      let generation = 1;
      const unavailable: readonly string[] = [...ALWAYS_TRUE, ...(subject.unavailable ?? [])];
      for (const field of Object.keys(bench.facts.mutable).filter(each => !unavailable.includes(each))) {
        assert.ok(Object.hasOwn(subject.variations, field), `the case has no variation of ${field}`);
        const varied = vary(subject, field);
        generation += 1;
        await bench.update(varied, generation);
        await bench.isAsDrawn(varied);
        assert.equal((await bench.find(varied.address))?.generation, generation);
      }
      await bench.update(subject.sample, generation + 1);
      await bench.isAsDrawn(subject.sample);
    });

    it('makes what differs equal when it is asked to create it', async () => {
      for (const field of Object.keys(bench.facts.mutable)
        .filter(each => !ALWAYS_TRUE.includes(each))
        .slice(0, 1))
        await bench.handle.create(vary(subject, field), step(1));
      await bench.handle.create(subject.sample, step(2));
      await bench.isAsDrawn(subject.sample);
    });

    it('renames in place when it says that it can', async () => {
      if (!bench.facts.renames) return;
      const { sample } = subject;
      const renamed = subject.renamed ?? nextName(sample);
      await bench.handle.create(sample, step(1));
      const change = { field: 'address', from: sample.address, to: renamed.address, how: 'live' } as const;
      await bench.handle.update(renamed, [change], step(2), sample.address);
      await bench.isAsDrawn(renamed);
      assert.equal((await bench.handle.observe()).length, 1, 'the old name is gone');
      await bench.handle.update(renamed, [change], step(3), sample.address);
      await bench.isAsDrawn(renamed);
      await bench.handle.remove(renamed.address, step(4));
    });

    it('is not started by work that was cancelled or out of time before', async () => {
      const cancelled = bench.handle.create(subject.sample, step(1, AbortSignal.abort()));
      assert.equal(await refusal(cancelled), 'GW_CANCELLED');
      const timeout = new GatewrightError('GW_HOST_TIMEOUT', 'the step took too long; apply again');
      const late = bench.handle.create(subject.sample, step(1, AbortSignal.abort(timeout)));
      assert.ok(['GW_HOST_TIMEOUT', 'GW_CANCELLED'].includes(await refusal(late)));
      assert.deepEqual(await bench.handle.observe(), []);
    });

    it('repairs what a cancel left half-made, wherever it came', async () => {
      for (const point of await interruptionPoints(subject, bench)) {
        const controller = new AbortController();
        bench.probe.reset(point, () => controller.abort());
        const outcome = bench.handle.create(subject.sample, step(1, controller.signal));
        await outcome.catch(async () => assert.equal(await refusal(outcome), 'GW_CANCELLED'));
        bench.probe.reset();
        await bench.handle.observe();
        await bench.handle.create(subject.sample, step(2));
        await bench.isAsDrawn(subject.sample);
        await bench.handle.remove(subject.sample.address, step(3));
      }
    });

    it('removes what a cancel left half-made', async () => {
      for (const point of await interruptionPoints(subject, bench)) {
        const controller = new AbortController();
        bench.probe.reset(point, () => controller.abort());
        await bench.handle.create(subject.sample, step(1, controller.signal)).catch(() => {});
        bench.probe.reset();
        await bench.handle.remove(subject.sample.address, step(2));
        assert.deepEqual(await bench.handle.observe(), [], `after an interruption at request ${point}`);
      }
    });

    it('finishes a removal that a cancel cut off', async () => {
      await bench.handle.create(subject.sample, step(1));
      bench.probe.reset();
      await bench.handle.remove(subject.sample.address, step(2));
      const middle = Math.floor(bench.probe.requests() / 2);
      await bench.handle.create(subject.sample, step(3));
      const controller = new AbortController();
      bench.probe.reset(middle, () => controller.abort());
      await bench.handle.remove(subject.sample.address, step(4, controller.signal)).catch(() => {});
      bench.probe.reset();
      await bench.handle.remove(subject.sample.address, step(5));
      assert.deepEqual(await bench.handle.observe(), []);
    });

    it('shows a removal that a kill cut off for as long as anything is left', async () => {
      const files = await ownFiles(subject);
      await bench.handle.create(subject.sample, step(1));
      bench.probe.reset();
      await bench.handle.remove(subject.sample.address, step(2));
      for (const point of spread(bench.probe.requests())) {
        bench.probe.reset();
        await bench.handle.create(subject.sample, step(3));
        bench.probe.dieAt(point);
        await bench.handle.remove(subject.sample.address, step(4)).catch(() => {});
        bench.probe.reset();
        const other = await bench.connect();
        for (const { address } of await other.observe()) await other.remove(address, step(5));
        await other.close();
        await subject.foreign.check();
        assert.deepEqual(await ownFiles(subject), files, `after a kill at request ${point}`);
      }
    });

    it('repairs what a connection left that was closed in the middle of its work', async () => {
      const points = await interruptionPoints(subject, bench);
      const other = await bench.connect();
      let closed: Promise<void> | undefined;
      bench.probe.reset(points[Math.floor(points.length / 2)], () => {
        closed = other.close();
      });
      await Promise.allSettled([other.create(subject.sample, step(1))]);
      bench.probe.reset();
      await (closed ?? other.close());
      await bench.handle.create(subject.sample, step(2));
      await bench.isAsDrawn(subject.sample);
    });

    it('never writes when it observes', async () => {
      await bench.handle.create(subject.sample, step(1));
      const before = await subject.snapshot?.();
      bench.probe.reset();
      await bench.handle.observe();
      await bench.handle.observe();
      assert.equal(bench.probe.writes(), 0);
      assert.deepEqual(await subject.snapshot?.(), before);
    });

    it('knows its own after the loss of its own files', async () => {
      if (subject.forget === undefined) return;
      await bench.handle.create(subject.sample, step(1));
      await subject.forget();
      const other = await bench.connect();
      const addresses = (await other.observe()).map(found => found.address);
      await other.close();
      assert.deepEqual(addresses, [subject.sample.address]);
    });

    it('calls whoever watches when something may have changed, and stops when told', async () => {
      if (bench.handle.watch === undefined) return;
      let calls = 0;
      const stop = bench.handle.watch(() => {
        calls += 1;
      });
      const other = await bench.connect();
      await other.create(subject.sample, step(1));
      await until(() => calls > 0, 'a call after a change');
      await other.close();
      stop();
    });
  });
}

/** The sample with one field as the variations say; `undefined` = without it. */
function vary<K extends Kind>({ sample, variations }: DriverCase<K>, field: string): Resource<K> {
  const value = (variations as Readonly<Record<string, unknown>>)[field];
  const { [field]: _old, ...rest } = sample.spec as Readonly<Record<string, unknown>>;
  return { ...sample, spec: { ...rest, ...(value === undefined ? {} : { [field]: value }) } as Spec<K> };
}

function nextName<K extends Kind>(sample: Resource<K>): Resource<K> {
  const renamed = `${sample.address}-2` as const;
  assert.ok(parseAddress(renamed) !== undefined, `${renamed} is no address; give the case a \`renamed\``);
  return { ...sample, address: renamed, was: sample.address };
}

/** Numbers of the requests of a creation to interrupt at. */
async function interruptionPoints<K extends Kind>(subject: DriverCase<K>, bench: Bench<K>): Promise<readonly number[]> {
  bench.probe.reset();
  await bench.handle.create(subject.sample, step(1));
  const total = bench.probe.requests();
  await bench.handle.remove(subject.sample.address, step(2));
  return spread(total);
}

/** Numbers of requests: the first, the last, and evenly between. */
function spread(total: number): readonly number[] {
  const count = Math.min(total, MOST_INTERRUPTIONS);
  return Array.from({ length: count }, (_, index) => Math.round((index * (total - 1)) / Math.max(1, count - 1)));
}

/** Files of the driver, by their path. */
async function ownFiles<K extends Kind>({ world }: DriverCase<K>): Promise<readonly string[]> {
  const entries = await readdir(world.stateDirectory, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}
