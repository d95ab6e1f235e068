// The guest of the embedded back end in a QEMU with a TPM, without a hypervisor in between: it answers for its TPM there, too.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attester, openAttester } from '../../runtime/attest/attester/attester.ts';
import { makeCredential } from '../../runtime/attest/credential.ts';
import { parseEventLog } from '../../runtime/attest/event-log.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { openTpmChannel } from '../../runtime/host/tpm/channel.ts';
import { buildEmbeddedImage } from '../../scripts/embedded-image.ts';

const PCRS = [0, 1, 2, 3, 4, 5, 6, 7];
/** An emulated processor boots in seconds, and on a busy machine in many. */
const BOOTED_WITHIN_MS = 120_000;

describe('the guest of the embedded back end, with a TPM', function () {
  this.timeout(300_000).bail(true);
  const folder = mkdtempSync(join(tmpdir(), 'gw-guest-attest-'));
  const path = (name: string) => join(folder, name);
  const programs: ChildProcess[] = [];
  let attester: Attester;
  let key = '';

  before(async () => {
    mkdirSync(path('state'));
    await boot();
  });
  after(async () => {
    await attester?.close();
    await switchOff();
    rmSync(folder, { recursive: true, force: true });
  });

  async function boot(): Promise<void> {
    const state = ['--tpm2', '--tpmstate', `dir=${path('state')}`, '--ctrl', `type=unixio,path=${path('tpm.sock')}`];
    programs.push(spawn('swtpm', ['socket', ...state, '--terminate'], { stdio: 'ignore' }));
    await until(() => listens(path('tpm.sock')));
    const { directory } = buildEmbeddedImage('amd64');
    const image = ['-kernel', join(directory, 'vmlinuz'), '-initrd', join(directory, 'initrd.img')];
    const machine = ['-nodefaults', '-no-user-config', '-display', 'none', '-M', 'q35', '-accel', 'tcg', '-m', '256'];
    const tpm = [`socket,id=tpm,path=${path('tpm.sock')}`, 'emulator,id=tpm0,chardev=tpm', 'tpm-crb,tpmdev=tpm0'];
    const channel = [`socket,id=attest,path=${path('channel')},server=on,wait=off`, 'chardev=attest'];
    programs.push(
      spawn(
        'qemu-system-x86_64',
        [
          ...[...machine, ...image, '-append', 'console=ttyS0 quiet', '-serial', 'null'],
          ...['-chardev', tpm[0] ?? '', '-tpmdev', tpm[1] ?? '', '-device', tpm[2] ?? ''],
          ...['-device', 'virtio-serial-pci', '-chardev', channel[0] ?? ''],
          ...['-device', `virtserialport,${channel[1]},name=gatewright.attest.0`],
        ],
        { stdio: 'ignore' },
      ),
    );
    await until(() => listens(path('channel')));
    // It is greeted until it has booted.
    const start = performance.now();
    for (;;) {
      try {
        attester = await openAttester(await openTpmChannel(path('channel')));
        return;
      } catch (error) {
        if (performance.now() - start > BOOTED_WITHIN_MS) throw error;
        await delay(100);
      }
    }
  }

  async function switchOff(): Promise<void> {
    for (const program of programs.splice(0).reverse()) {
      if (program.exitCode !== null || program.signalCode !== null) continue;
      const gone = once(program, 'exit');
      program.kill('SIGTERM');
      await gone;
    }
  }

  it('gives evidence of its boot, with the log that leads to it', async () => {
    const claim = await attester.claim(randomBytes(32).toString('hex'), PCRS);
    key = claim.key;
    assert.notEqual(claim.pcrs.sha256?.['0'], '00'.repeat(32));
    assert.ok(parseEventLog(Buffer.from(claim.log ?? '', 'base64')).events.length > 0);
  });

  it('opens a credential that is for it', async () => {
    const { key: own, endorsement } = await attester.candidate();
    const secret = randomBytes(32);
    const [ek, ak] = [endorsement.key, own].map(hex => parseSizedPublic(Buffer.from(hex, 'hex')));
    assert.ok(ek !== undefined && ak !== undefined);
    assert.deepEqual(await attester.activate(makeCredential(ek, ak.name, secret)), secret);
  });

  it('answers whoever connects next, with the same key', async () => {
    await attester.close();
    attester = await openAttester(await openTpmChannel(path('channel')));
    assert.equal(attester.key, key);
  });

  it('has the same key after it was switched off and on', async () => {
    await attester.close();
    await switchOff();
    await boot();
    assert.equal(attester.key, key);
  });
});

async function until(ready: () => Promise<boolean>): Promise<void> {
  for (const start = performance.now(); !(await ready()); await delay(20))
    if (performance.now() - start > 30_000) throw new Error('a program does not listen');
}

function listens(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path, () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}
