// Attestation gates, asked the questions of every driver. The TPM of the box is away, so they are closed; that they are there all the
// same is what this is about.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attest } from '../../runtime/drivers/attest/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import { describeDriver } from './describe-driver.ts';
import { boxGate, GATE_VARIATIONS, GATEWAY } from './samples.ts';

describeDriver('gates', async () => {
  const [driver] = attest.drivers;
  assert.ok(driver !== undefined);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'gatewright-gates-'));
  const stranger = join(stateDirectory, GATEWAY, 'gate', 'stranger.json');
  return {
    driver,
    world: {
      host: localHost,
      gateway: { name: GATEWAY, backend: 'linux' },
      ...{ stateDirectory, now: () => 0 },
      settings: { tpm: `swtpm:${stateDirectory}/no-tpm.sock` },
    },
    sample: boxGate,
    variations: GATE_VARIATIONS,
    foreign: {
      make: () => localHost.writeFile(stranger, '{"owner":"somebody else"}'),
      check: async () => assert.equal(await localHost.readFile(stranger), '{"owner":"somebody else"}'),
    },
    close: () => rm(stateDirectory, { recursive: true }),
  };
});
