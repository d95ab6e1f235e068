// Questions about attestation gates, for drivers whose resources can wait for them: as the observed status tells it. That a closed gate
// holds up what it shall is asked beside each driver, with its own traffic.
import assert from 'node:assert/strict';
import type { Address, Kind } from '../../runtime/model/address.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { type Bench, type DriverCase, GATE, step, until } from './driver-case.ts';

const MINUTE = 60_000;
const NOBODY: Address<'gate'> = 'gate.cell-7/nobody';

/** @param about  the case under test; to be called where its suite is described */
export function askAboutGates<K extends Kind>(
  about: () => { readonly subject: DriverCase<K>; readonly bench: Bench<K> },
): void {
  const gated = (): Resource<K> | undefined => about().subject.gated;
  const open = (gate: Address<'gate'>, ms: number) => about().bench.handle.openGate?.(gate, ms);
  /** Gates that hold up anything of the sample now. */
  async function closed(): Promise<readonly unknown[]> {
    const { subject, bench } = about();
    const status = (await bench.find(subject.sample.address))?.status ?? assert.fail('it is not there');
    const ends = (status.ends ?? []) as readonly { readonly heldBy?: readonly unknown[] }[];
    return [...((status.waitsFor ?? []) as readonly unknown[]), ...ends.flatMap(({ heldBy = [] }) => heldBy)];
  }
  async function made(): Promise<Resource<K> | undefined> {
    const sample = gated();
    if (sample === undefined) return undefined;
    await open(GATE, 0);
    await about().bench.handle.create(sample, step(1));
    return sample;
  }

  it('takes a gate that nothing waits for', async () => {
    const { subject, bench } = about();
    if (bench.handle.openGate === undefined) return;
    await bench.handle.create(subject.sample, step(1));
    for (const ms of [MINUTE, MINUTE, 0, 0]) await open(NOBODY, ms);
    await bench.isAsDrawn(subject.sample);
  });

  it('makes what waits for a gate closed, as drawn, and opens it, as often as it is told', async () => {
    const sample = await made();
    if (sample === undefined) return;
    assert.deepEqual(await closed(), [GATE]);
    await about().bench.isAsDrawn(sample);
    await open(NOBODY, MINUTE);
    assert.deepEqual(await closed(), [GATE]);
    for (let often = 0; often < 2; often += 1) {
      await open(GATE, MINUTE);
      assert.deepEqual(await closed(), []);
      await about().bench.isAsDrawn(sample);
    }
  });

  it('keeps what is open over an update', async () => {
    const sample = await made();
    if (sample === undefined) return;
    await open(GATE, MINUTE);
    await about().bench.handle.update(sample, [], step(2));
    assert.deepEqual(await closed(), []);
  });

  it('closes what is open at once when it is told, and by itself when the time is over', async () => {
    const sample = await made();
    if (sample === undefined) return;
    await open(GATE, MINUTE);
    await open(GATE, 0);
    if (sample.kind === 'vm') return assert.deepEqual(await closed(), [], 'one that runs is not stopped');
    assert.deepEqual(await closed(), [GATE]);
    await open(GATE, 1_200);
    await until(async () => (await closed()).length === 1, 'the end of the time');
    await about().bench.isAsDrawn(sample);
  });
}
