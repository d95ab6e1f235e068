// Gates on a VM that answers over its channel: enrolled by its host, judged by what was foretold, given its secrets, and bounded in all it
// may do. The guest is pretended, its TPM and that of the box are emulated, the driver is the real one.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ForetoldEvent, predictDirectBoot } from '../../../runtime/attest/predict/boot.ts';
import { attest } from '../../../runtime/drivers/attest/driver.ts';
import { attestSocketOf } from '../../../runtime/host/field-sockets.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { SecretStore } from '../../../runtime/host/secret-store.ts';
import type { Attestation, GateStanding } from '../../../runtime/model/attestation.ts';
import { commandLineOf } from '../../../runtime/model/boot-line.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { EventRule } from '../../../runtime/model/kinds/event-rule.ts';
import type { DrawnBoot, GateSpec } from '../../../runtime/model/kinds/gate.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { logOfForetold } from '../../attest/predict/foretold-log.ts';
import { programOf } from '../../attest/predict/program-file.ts';
import { openTpm, type TestTpm } from '../../attest/tpm.ts';
import { step } from '../../contract/driver-case.ts';
import { boxGate, resource } from '../../contract/samples.ts';
import { type PretendGuest, pretendGuest } from './pretend-guest.ts';

const [ROBOT, OTHER] = ['vm.cell-7/robot', 'vm.cell-7/other'] as const;
const SECRET = 'hunter2-and-a-bit-more-than-one-part-of-a-secret';

describe('gates on a VM', function () {
  this.timeout(120_000).bail(true);
  let state = '';
  let images = '';
  let box: TestTpm;
  let tpm: TestTpm;
  let guest: PretendGuest;
  let handle: Handle<'gate'>;
  let clockMs = 0;
  let heard: readonly GateStanding[] = [];
  const desk = (): Attestation => handle.attestation ?? assert.fail('there is nobody to ask');
  const standing = (name = 'boot') => heard.find(({ gate }) => gate === `gate.cell-7/${name}`);
  const boot: DrawnBoot = { image: 'first', kernelArguments: 'gw.hostname=robot', memoryMiB: 256, firmware: 'uefi' };
  const kernelOf = (name: string) => programOf([{ name: '.text', content: Buffer.from(`kernel ${name}`) }]);

  function gate(fields: Partial<GateSpec> = {}, image = 'first', vm: typeof ROBOT | typeof OTHER = ROBOT) {
    return resource('gate', vm === ROBOT ? 'boot' : 'other', {
      subject: { of: 'vm', vm, boot: { ...boot, image } },
      ...{ pcrs: [0, 4, 9], learn: 'first-boot', foretold: true, secureBoot: false, images: [] },
      ...{ intervalSeconds: 3600, freshnessSeconds: 7200, releases: [] },
      ...fields,
    }) satisfies Resource<'gate'>;
  }
  function putImage(name: string, content = name): void {
    mkdirSync(join(images, name), { recursive: true });
    writeFileSync(join(images, name, 'vmlinuz'), kernelOf(content));
    writeFileSync(join(images, name, 'initrd.img'), 'the same initrd for all');
  }
  /** Starts the machine anew with what is in an image of that content. */
  async function bootWith(content: string, kernelArguments = boot.kernelArguments): Promise<void> {
    const { events } = eventsOf(content, kernelArguments);
    await tpm.reset();
    const firmware = { pcr: 0, digest: Buffer.alloc(32, 0x11) };
    await tpm.run('tpm2_pcrextend', ...[firmware, ...events].map(extension));
    guest.log = logOfForetold(events);
  }
  const eventsOf = (content: string, kernelArguments = boot.kernelArguments) =>
    predictDirectBoot(
      {
        ...{ name: content, kernel: kernelOf(content), initrd: Buffer.from('the same initrd for all'), memoryMiB: 256 },
        commandLine: commandLineOf(kernelArguments),
      },
      'sha256',
    );
  const extension = ({ pcr, digest }: Pick<ForetoldEvent, 'pcr' | 'digest'>) =>
    `${pcr}:sha256=${digest.toString('hex')}`;

  async function open(): Promise<void> {
    const world = {
      host: localHost,
      gateway: { name: 'cell-7', backend: 'linux' },
      ...{ stateDirectory: join(state, 'drivers'), sharedDirectory: state, now: () => Date.now() + clockMs },
      settings: { tpm: `swtpm:${box.path('tpm.sock')}`, imageDirectory: images, tpmAuthority: tpm.path('ca') },
    } as const;
    handle = (await attest.drivers[0]?.connect(world))?.handle as Handle<'gate'>;
    handle.gates?.(standings => {
      heard = standings;
    });
  }
  /** Has the robot asked, and tells how its gate stands then. */
  async function asked(): Promise<string> {
    await desk().ask('vm.robot');
    return `${standing()?.state} ${(standing()?.openMs ?? 0) > 0 ? 'open' : 'closed'}`;
  }
  async function until(fits: () => boolean): Promise<void> {
    for (let look = 0; look < 600; look += 1) {
      if (fits()) return;
      await pause(50);
    }
    assert.fail(JSON.stringify(heard));
  }
  const named = () => [...new Set(standing()?.findings.map(({ component }) => component))];

  before(async () => {
    [box, tpm] = await Promise.all([openTpm(), openTpm()]);
    state = mkdtempSync(join(tmpdir(), 'gw-vm-gate-'));
    images = join(state, 'images');
    for (const name of ['first', 'second']) putImage(name);
    guest = await pretendGuest(attestSocketOf(state, 'cell-7', ROBOT), tpm.path('tpm.sock'));
    await bootWith('first');
    await new SecretStore(state).set('broker', SECRET);
    await open();
  });
  after(async () => {
    await handle?.close();
    await guest?.close();
    await Promise.all([box?.close(), tpm?.close()]);
    rmSync(state, { recursive: true, force: true });
  });

  it('enrols the first key of a VM that its host made, and trusts the boot that was foretold', async () => {
    await handle.create(gate(), step(1));
    assert.equal(await asked(), 'trusted open');
    const [robot] = (await desk().status()).machines;
    assert.deepEqual([robot?.machine, robot?.learned, robot?.invited], ['vm.robot', true, false]);
    assert.match(robot?.endorsement?.issuer ?? '', /swtpm-localca/);
    assert.equal(robot?.endorsement?.boundToHost, false);
  });

  it('has the box vouch for the TPM of the VM as soon as the box is enrolled', async () => {
    await box.run('tpm2_pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    await handle.create(boxGate, step(2));
    await desk().enrol('host', await desk().invite('host', 'anna'));
    await desk().learn('host', 'anna');
    await asked();
    const robot = (await desk().status()).machines.find(({ machine }) => machine === 'vm.robot');
    assert.equal(robot?.endorsement?.boundToHost, true);
  });

  it('names what is another one, and closes', async () => {
    await bootWith('a kernel of somebody else');
    assert.equal(await asked(), 'mismatch closed');
    assert.deepEqual(named(), ['kernel']);
    await bootWith('first', 'gw.hostname=robot init=/bin/sh');
    assert.equal(await asked(), 'mismatch closed');
    assert.deepEqual(named(), ['command line']);
    await bootWith('first');
    assert.equal(await asked(), 'trusted open');
  });

  it('allows the boot before a planned change and the one after it, and only the latter once that was seen', async () => {
    await handle.update(gate({}, 'second'), [], step(3));
    assert.equal(await asked(), 'trusted open', 'the VM has not been started anew yet');
    await handle.close();
    await open(); // what is allowed is kept
    assert.equal(await asked(), 'trusted open');
    await bootWith('second');
    assert.equal(await asked(), 'trusted open');
    await bootWith('first');
    assert.equal(await asked(), 'mismatch closed');
  });

  it('trusts what was foretold when it was drawn, not what was put in its place later', async () => {
    putImage('second', 'put there by a thief');
    await bootWith('put there by a thief');
    assert.equal(await asked(), 'mismatch closed');
    assert.deepEqual(named(), ['kernel']);
    putImage('second');
    await bootWith('second');
    assert.equal(await asked(), 'trusted open');
  });

  it('foretells anew when somebody says learn', async () => {
    putImage('second', 'rebuilt by its owner');
    await bootWith('rebuilt by its owner');
    assert.equal(await asked(), 'mismatch closed');
    await desk().learn('vm.robot', 'anna');
    assert.equal(standing()?.state, 'trusted');
    putImage('second');
    await bootWith('second');
    assert.equal(await asked(), 'mismatch closed', 'it was proven, so the boot before it counts no more');
    await desk().learn('vm.robot', 'anna');
    assert.equal(standing()?.state, 'trusted');
  });

  it('allows another image that is drawn as well, with the same arguments', async () => {
    await handle.update(gate({ images: ['first'] }, 'second'), [], step(4));
    await bootWith('first');
    assert.equal(await asked(), 'trusted open');
    await bootWith('second');
    assert.equal(await asked(), 'trusted open');
  });

  it('allows what a rule allows besides what was learned, and names the rule that failed', async () => {
    const kernelIn = (content: string) => {
      const { events } = eventsOf(content);
      return events.find(({ component }) => component === 'kernel')?.digest.toString('hex') ?? assert.fail();
    };
    const kernels = (fields: Partial<EventRule>): EventRule => ({
      ...{ id: 'other', action: 'allow', pcr: 4, component: 'kernel', digests: [kernelIn('first')], ...fields },
    });
    const ruled = (...rules: EventRule[]) => gate({ foretold: false, rules });
    await handle.update(ruled(kernels({})), [], step(30));
    await bootWith('second');
    assert.equal(await asked(), 'trusted open', 'what was learned last');
    await bootWith('first');
    assert.equal(await asked(), 'trusted open');
    await bootWith('a kernel of somebody else');
    assert.equal(await asked(), 'mismatch closed');
    assert.match(
      standing()?.findings[0]?.message ?? '',
      /^The kernel "kernel" is not one that rule other allows \(PCR 4\)\.$/,
    );
    await handle.update(
      ruled(kernels({ action: 'require' }), kernels({ id: 'old', action: 'forbid', digests: [kernelIn('second')] })),
      [],
      step(31),
    );
    await bootWith('second');
    assert.equal(await asked(), 'mismatch closed');
    assert.match(standing()?.findings[0]?.message ?? '', /^The kernel "kernel" is forbidden by rule old \(PCR 4\)\.$/);
    await bootWith('first');
    assert.equal(await asked(), 'trusted open');
  });

  it('opens none of two gates on one VM that allow different things', async () => {
    const { spec } = gate({ foretold: false });
    await handle.create(resource('gate', 'twin', spec), step(32));
    await assert.rejects(desk().ask('vm.robot'), { code: 'GW_ATTEST_RULES' });
    assert.equal(standing('twin')?.findings[0]?.code, 'GW_ATTEST_RULES');
    await handle.remove('gate.cell-7/twin', step(33));
    await handle.update(gate({ images: ['first'] }, 'second'), [], step(34));
    assert.equal(await asked(), 'trusted open');
  });

  it('gives secrets after a proof, once in each start, and again when one has changed', async () => {
    await handle.update(gate({ releases: ['broker'] }, 'second'), [], step(5));
    await asked();
    assert.deepEqual(guest.secrets, [['broker', SECRET]]);
    await asked();
    assert.equal(guest.secrets.length, 1);
    await new SecretStore(state).set('broker', 'another one');
    await asked();
    assert.deepEqual(guest.secrets.at(-1), ['broker', 'another one']);
    await bootWith('second');
    await asked();
    assert.equal(guest.secrets.length, 3);
  });

  it('gives none to a VM that runs something else, and leaves none anywhere', async () => {
    await bootWith('first');
    guest.secrets.splice(0);
    assert.equal(await asked(), 'mismatch closed');
    assert.deepEqual(guest.secrets, []);
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
    for (const { parentPath, name } of files)
      if (!parentPath.endsWith('/secrets'))
        assert.ok(!readFileSync(join(parentPath, name), 'latin1').includes('another one'), name);
    assert.ok(!JSON.stringify(heard).includes('another one'));
    assert.ok(!guest.heard.some(line => line.includes(Buffer.from('another one').toString('hex'))));
  });

  it('says that a secret is not there, and stays open', async () => {
    await bootWith('second');
    await handle.update(gate({ releases: ['lost'] }, 'second'), [], step(6));
    await assert.rejects(desk().ask('vm.robot'), { code: 'GW_LINK_SECRET' });
    assert.deepEqual([standing()?.state, standing()?.findings[0]?.code], ['trusted', 'GW_LINK_SECRET']);
    await handle.update(gate({}, 'second'), [], step(7));
    assert.equal(await asked(), 'trusted open');
    assert.deepEqual(standing()?.findings, []);
  });

  for (const [manner, words] of [
    ['nonsense', /nonsense/],
    ['endless', /more than any TPM would/],
    ['silent', /takes longer than 10 s/],
  ] as const)
    it(`stays as it was when the VM is ${manner}`, async () => {
      guest.manner = manner;
      await assert.rejects(desk().ask('vm.robot'), { code: 'GW_ATTEST_TPM' });
      assert.equal(standing()?.state, 'trusted');
      assert.match(standing()?.findings[0]?.message ?? '', words);
      guest.manner = 'honest';
      assert.equal(await asked(), 'trusted open');
    });

  it('takes no other VM for trusted that has the TPM of this one answer for it', async () => {
    const borrower = await pretendGuest(attestSocketOf(state, 'cell-7', OTHER), tpm.path('tpm.sock'));
    borrower.log = guest.log;
    await handle.create(gate({}, 'second', OTHER), step(8));
    await assert.rejects(desk().ask('vm.other'), { code: 'GW_ATTEST_ENROLMENT' });
    assert.match(standing('other')?.findings[0]?.message ?? '', /that of vm\.robot/);
    assert.deepEqual([standing('other')?.state, standing('other')?.openMs], ['never', 0]);
    await borrower.close();
    await handle.remove('gate.cell-7/other', step(9));
  });

  it('takes its TPM for another VM once a plan renamed it, or made it anew', async () => {
    const renamed = await pretendGuest(attestSocketOf(state, 'cell-7', OTHER), tpm.path('tpm.sock'));
    renamed.log = guest.log;
    await handle.remove('gate.cell-7/boot', step(20));
    await handle.vmGone?.(ROBOT);
    await handle.create(gate({}, 'second', OTHER), step(21));
    await desk().ask('vm.other');
    assert.equal(standing('other')?.state, 'trusted');
    await handle.vmGone?.(OTHER);
    await handle.remove('gate.cell-7/other', step(22));
    await handle.vmGone?.(OTHER);
    await renamed.close();
    await handle.create(gate({}, 'second'), step(23));
    assert.equal(await asked(), 'trusted open');
  });

  it('does not enrol a TPM that nobody made whom the box knows', async () => {
    const stranger = await openTpm();
    const other = await pretendGuest(attestSocketOf(state, 'cell-7', OTHER), stranger.path('tpm.sock'));
    await handle.create(gate({}, 'second', OTHER), step(10));
    await assert.rejects(desk().ask('vm.other'), { code: 'GW_ATTEST_EK' });
    await other.close();
    await stranger.close();
    await handle.remove('gate.cell-7/other', step(11));
  });

  it('is open for no longer when the clock of the box is set back, and closes in time', async () => {
    await handle.update(gate({ freshnessSeconds: 5 }, 'second'), [], step(12));
    clockMs = -365 * 24 * 60 * 60 * 1000;
    assert.equal(await asked(), 'trusted open');
    assert.ok((standing()?.openMs ?? 0) <= 5_000);
    clockMs = 365 * 24 * 60 * 60 * 1000;
    guest.manner = 'silent';
    await until(() => standing()?.state === 'stale');
    assert.equal(standing()?.openMs, 0);
    [clockMs, guest.manner] = [0, 'honest'];
  });

  it('closes at once while a VM that is asked says nothing', async () => {
    guest.manner = 'silent';
    const answer = desk().ask('vm.robot');
    const refused = assert.rejects(answer, { code: 'GW_ATTEST_TPM' });
    await until(() => guest.heard.at(-1)?.startsWith('HELLO') === true);
    const closing = handle.close();
    // A VM may keep whoever asks waiting for 10 s, but not whoever stops.
    assert.equal(
      await Promise.race([closing.then(() => 'closed'), pause(8_000, 'still waiting', { ref: false })]),
      'closed',
    );
    await refused;
    await open();
  });
});
