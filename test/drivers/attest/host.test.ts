// Gates on the TPM of the box, with an emulated one in its place: from an invitation to a gate that opens, closes when something else
// runs, and tells which.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { review } from '../../../runtime/attest/history.ts';
import { attest } from '../../../runtime/drivers/attest/driver.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Attestation, GateStanding } from '../../../runtime/model/attestation.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { GateSpec } from '../../../runtime/model/kinds/gate.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { openTpm, type TestTpm } from '../../attest/tpm.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';

const spec: GateSpec = {
  subject: { of: 'host' },
  ...{ pcrs: [0, 7], learn: 'approved', foretold: false, secureBoot: false, images: [] },
  ...{ intervalSeconds: 5, freshnessSeconds: 60, releases: [] },
};
const gate = (fields: Partial<GateSpec> = {}): Resource<'gate'> => resource('gate', 'box', { ...spec, ...fields });

describe('gates on the TPM of the box', function () {
  this.timeout(60_000).bail(true);
  let tpm: TestTpm;
  let state: string;
  let handle: Handle<'gate'>;
  let heard: readonly GateStanding[] = [];
  const desk = (): Attestation => handle.attestation ?? assert.fail('there is nobody to ask');
  const standing = () => heard.find(one => one.gate === 'gate.cell-7/box');

  async function open(): Promise<void> {
    const [driver] = attest.drivers;
    const world = {
      host: localHost,
      gateway: { name: 'cell-7', backend: 'linux' },
      stateDirectory: join(state, 'drivers'),
      sharedDirectory: state,
      now: Date.now,
      settings: { tpm: `swtpm:${tpm.path('tpm.sock')}`, imageDirectory: state, tpmAuthority: tpm.path('ca') },
    } as const;
    handle = (await driver?.connect(world))?.handle as Handle<'gate'>;
    handle.gates?.(standings => {
      heard = standings;
    });
  }
  async function until(what: string, fits: () => boolean): Promise<void> {
    for (let look = 0; look < 400; look += 1) {
      if (fits()) return;
      await pause(50);
    }
    assert.fail(`${what}: ${JSON.stringify(heard)}`);
  }

  before(async () => {
    tpm = await openTpm();
    state = mkdtempSync(join(tmpdir(), 'gw-attest-'));
    // Some firmware measures itself.
    await tpm.run('tpm2_pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    await open();
  });
  after(async () => {
    await handle?.close();
    await tpm?.close();
    rmSync(state, { recursive: true, force: true });
  });

  it('is closed before anybody invited the box, and says what to do', async () => {
    await handle.create(gate(), step(1));
    await until('a finding', () => standing()?.findings[0]?.code === 'GW_ATTEST_ENROLMENT');
    assert.deepEqual([standing()?.state, standing()?.openMs], ['never', 0]);
    assert.match(standing()?.findings[0]?.message ?? '', /invite it/);
  });

  it('takes a token once, and no other one', async () => {
    await assert.rejects(desk().enrol('host', 'ab'.repeat(32)), { code: 'GW_ATTEST_ENROLMENT' });
    const token = await desk().invite('host', 'the administrator');
    await desk().enrol('host', token);
    await assert.rejects(desk().enrol('host', token), { code: 'GW_ATTEST_ENROLMENT' });
    const [box] = (await desk().status()).machines;
    assert.deepEqual([box?.machine, box?.invited, box?.learned], ['host', false, false]);
    assert.match(box?.key ?? '', /^000b[0-9a-f]{64}$/);
  });

  it('stays closed until somebody said what the box may run', async () => {
    await assert.rejects(desk().ask('host'), { code: 'GW_ATTEST_UNKNOWN' });
    assert.equal(standing()?.openMs, 0);
    await desk().learn('host', 'the administrator');
    assert.equal(standing()?.state, 'trusted');
    assert.ok((standing()?.openMs ?? 0) > 50_000);
  });

  it('is open after a new start of the agent for as long as the proof is good', async () => {
    await handle.close();
    heard = [];
    await open();
    assert.equal(standing()?.state, 'trusted');
    assert.ok((standing()?.openMs ?? 0) > 0);
    assert.deepEqual((await handle.observe())[0]?.spec, spec);
  });

  it('stays as it was while the TPM is away, and opens nothing', async () => {
    await handle.update(gate({ freshnessSeconds: 6 }), [], step(2));
    await tpm.reset(() => {});
    await tpm.run('tpm2_pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    await desk().ask('host');
    assert.equal(standing()?.state, 'trusted');
  });

  it('closes within an interval when something else was measured, and names what', async () => {
    await tpm.run('tpm2_pcrextend', `7:sha256=${'cd'.repeat(32)}`);
    await until('a mismatch', () => standing()?.state === 'mismatch');
    assert.equal(standing()?.openMs, 0);
    assert.deepEqual(
      standing()?.findings.map(({ component, pcr }) => [component, pcr]),
      [['Secure Boot keys', 7]],
    );
  });

  it('keeps every verdict, with all that it follows from', async () => {
    const [last, before] = await desk().history('host', 2);
    assert.ok(last !== undefined && before !== undefined);
    assert.deepEqual(review(last, before).doubts, []);
    assert.equal(review(last, before).record.verdict, 'mismatch');
    assert.equal(readFileSync(join(state, 'attestation/host/standing.json'), 'utf8').includes('mismatch'), true);
  });

  it('closes when its proof is too old, whatever else happens', async () => {
    await desk().learn('host', 'the administrator');
    assert.equal(standing()?.state, 'trusted');
    await tpm.close();
    await until('staleness', () => standing()?.state === 'stale');
    assert.equal(standing()?.openMs, 0);
    tpm = await openTpm();
  });

  it('does not take another TPM for the one that is enrolled', async () => {
    await handle.close();
    await open();
    await assert.rejects(desk().ask('host'), { code: 'GW_ATTEST_ENROLMENT' });
    assert.match(standing()?.findings[0]?.message ?? '', /another key/);
    assert.equal(standing()?.openMs, 0);
  });

  it('enrols another one only when somebody approves it by its name', async () => {
    await tpm.run('tpm2_pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    await desk().enrol('host', await desk().invite('host', 'the administrator'));
    const [box] = (await desk().status()).machines;
    assert.notEqual(box?.pendingKey, undefined);
    await assert.rejects(desk().approve('host', box?.key ?? '', 'anybody'), { code: 'GW_ATTEST_ENROLMENT' });
    await desk().approve('host', box?.pendingKey ?? '', 'the security officer');
    assert.equal(standing()?.openMs, 0);
    await desk().learn('host', 'the security officer');
    assert.equal(standing()?.state, 'trusted');
  });

  it('goes with its drawing', async () => {
    await handle.remove('gate.cell-7/box', step(3));
    assert.deepEqual([heard, await handle.observe()], [[], []]);
  });
});
