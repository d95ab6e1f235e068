// Whose TPM the box may have: that of anybody whom a token was given to, or of the makers in a folder of its owner.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attest } from '../../../runtime/drivers/attest/driver.ts';
import { localHost } from '../../../runtime/host/local.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import { openTpm, type TestTpm } from '../../attest/tpm.ts';
import { step } from '../../contract/driver-case.ts';
import { boxGate } from '../../contract/samples.ts';

describe('the makers of the TPM of a box', function () {
  this.timeout(60_000);
  let tpm: TestTpm;
  let other: TestTpm;
  let state = '';
  let makers = '';
  let handle: Handle<'gate'> | undefined;

  before(async () => {
    [tpm, other] = await Promise.all([openTpm(), openTpm()]);
  });
  after(() => Promise.all([tpm?.close(), other?.close()]));
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'gw-makers-'));
    makers = join(state, 'makers');
    mkdirSync(makers);
  });
  afterEach(async () => {
    await handle?.close();
    rmSync(state, { recursive: true, force: true });
  });

  /** Enrols the box with the makers that are in the folder. */
  async function enrol(): Promise<void> {
    const world = {
      host: localHost,
      gateway: { name: 'cell-7', backend: 'linux' },
      ...{ stateDirectory: join(state, 'drivers'), sharedDirectory: state, now: Date.now },
      settings: { tpm: `swtpm:${tpm.path('tpm.sock')}`, ...(makers === '' ? {} : { tpmMakers: makers }) },
    } as const;
    handle = (await attest.drivers[0]?.connect(world))?.handle as Handle<'gate'>;
    await handle.create(boxGate, step(1));
    const desk = handle.attestation ?? assert.fail('there is nobody to ask');
    await desk.enrol('host', await desk.invite('host', 'anna'));
  }

  it('have to vouch for it when some are trusted', async () => {
    writeFileSync(join(makers, 'other.pem'), other.authority.issuer);
    await assert.rejects(enrol(), { code: 'GW_ATTEST_EK' });
  });

  it('are those of the certificates in the folder, among whatever else is there', async () => {
    writeFileSync(join(makers, 'note.txt'), 'not a certificate');
    writeFileSync(join(makers, 'broken.crt'), 'not a certificate either');
    writeFileSync(join(makers, 'other.pem'), other.authority.issuer);
    writeFileSync(join(makers, 'own.crt'), tpm.authority.issuer);
    await enrol();
    assert.match((await handle?.attestation?.status())?.machines[0]?.key ?? '', /^000b/);
  });

  it('are nobody while the folder is empty or not there', async () => {
    await assert.rejects(enrol(), { code: 'GW_ATTEST_EK' });
    await handle?.close();
    makers = join(state, 'a slip in the name');
    await assert.rejects(enrol(), { code: 'GW_ATTEST_EK' });
  });

  it('are not asked about where no folder is named: then the token decides alone', async () => {
    makers = '';
    await enrol();
    assert.match((await handle?.attestation?.status())?.machines[0]?.key ?? '', /^000b/);
  });
});
