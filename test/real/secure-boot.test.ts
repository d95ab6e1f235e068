// Secure Boot by keys of the owner of the box, on a real libvirtd: what the owner signed starts, one changed byte of it does not, and
// the firmware says so itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openAttester } from '../../runtime/attest/attester/attester.ts';
import { gatePolicy, learnedFrom } from '../../runtime/attest/gate-policy.ts';
import { type Claim, parseClaim } from '../../runtime/attest/standing.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';
import { verify } from '../../runtime/attest/verdict.ts';
import { Boots } from '../../runtime/drivers/attest/boots.ts';
import { localHost } from '../../runtime/host/local.ts';
import { QUOTED_PCRS } from '../../runtime/model/boot-component.ts';
import type { GateSpec } from '../../runtime/model/kinds/gate.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';
import { step } from '../contract/driver-case.ts';
import { type TrustedVms, trustedVm, trustedVms } from '../lab/trusted-vm.ts';

const robot = trustedVm('robot-a', { firmware: 'uefi-secure', memoryMiB: 384, kernelArguments: 'gw.hostname=signed' });

const gateOn = ({ image, kernelArguments, memoryMiB, firmware }: VmSpec): GateSpec => ({
  subject: { of: 'vm', vm: 'vm.cell-7/robot-a', boot: { image, kernelArguments, memoryMiB, firmware } },
  ...{ pcrs: [0], learn: 'first-boot', foretold: true, secureBoot: true, images: [] },
  ...{ intervalSeconds: 60, freshnessSeconds: 600, releases: [] },
});

describe('a VM with Secure Boot, on libvirt', function () {
  this.timeout(300_000).bail(true);
  let vms: TrustedVms;
  let claim: Claim;
  before(async () => {
    vms = await trustedVms('tiny-linux');
  });
  after(() => vms?.close());

  const file = (ending: string) => {
    const name = readdirSync(vms.daemon.stateDirectory).find(one => one.endsWith(ending));
    return join(vms.daemon.stateDirectory, name ?? assert.fail(`no file ends with ${ending}`));
  };

  it('starts what the owner of the box signed, and its firmware says that it enforces', async () => {
    await vms.handle.create(robot, step(1));
    const [found] = await vms.handle.observe();
    assert.deepEqual({ ...found?.spec }, { ...robot.spec });
    const console = await vms.console('vm.cell-7/robot-a');
    assert.match((await console.attempt('hostname')).output, /signed/);
    assert.match((await console.attempt('dmesg | grep -i "secure boot"')).output, /Secure boot enabled/);
    console.close();
    const attester = await openAttester(await vms.channel('vm.cell-7/robot-a'));
    claim = parseClaim(await attester.claim('ab'.repeat(16), QUOTED_PCRS));
    await attester.close();
  });

  it('measures what was foretold from its image and its arguments, and no other one', async () => {
    const key = parseSizedPublic(Buffer.from(claim.key, 'hex')).name.toString('hex');
    const learned = learnedFrom(claim, 'the test', new Date());
    const boots = new Boots(localHost, join(vms.daemon.stateDirectory, 'boots'), vms.images.directory);
    const judged = async (kernelArguments: string) => {
      await boots.forget('gate.cell-7/boot');
      await boots.draw('gate.cell-7/boot', gateOn({ ...robot.spec, kernelArguments }));
      const demands = { pcrs: [0, 2, 3, 4, 7, 11], secureBoot: true, rules: [] };
      const policy = gatePolicy({ ...demands, boots: await boots.allowed('gate.cell-7/boot') }, learned, key);
      assert.deepEqual(Object.keys(policy.golden), ['0', '2', '3', '7'], 'nothing of its image was learned');
      return verify({ ...claim, takenAt: new Date().toISOString(), policy });
    };
    assert.deepEqual((await judged('gw.hostname=signed')).findings, []);
    const { verdict, findings } = await judged('gw.hostname=sealed');
    assert.equal(verdict, 'mismatch');
    assert.deepEqual(new Set(findings.map(({ component }) => component)), new Set(['boot loader', 'command line']));
  });

  it('keeps its private key to itself', () => {
    assert.equal(statSync(join(vms.daemon.stateDirectory, 'owner/owner.key')).mode & 0o777, 0o600);
  });

  /** Starts it anew, and waits until its firmware has denied access. @returns all that was said since */
  async function whatIsSaid(): Promise<string> {
    const before = statSync(file('.log')).size;
    await vms.daemon.virsh('start', 'gw.cell-7.robot-a');
    const said = () => readFileSync(file('.log')).subarray(before).toString('latin1');
    for (let look = 0; look < 600 && !/Access Denied/.test(said()); look += 1) await pause(200);
    return said();
  }

  it('does not start an image of which one byte was changed: the firmware denies it access', async () => {
    await vms.daemon.virsh('destroy', 'gw.cell-7.robot-a');
    const disk = file('.signed');
    const bytes = readFileSync(disk);
    const place = bytes.indexOf('gw.hostname=signed');
    assert.ok(place > 0);
    bytes.write('gw.hostname=sIgned', place);
    writeFileSync(disk, bytes);
    const said = await whatIsSaid();
    assert.match(said, /failed to load Boot\d{4} .*: Access Denied/);
    assert.doesNotMatch(said, /GUEST READY/);
  });

  it('starts again once the image is made anew', async () => {
    await vms.daemon.virsh('destroy', 'gw.cell-7.robot-a');
    await vms.handle.update(robot, [], step(2));
    (await vms.console('vm.cell-7/robot-a')).close();
  });

  it('does not start the same image without its signature', async () => {
    await vms.daemon.virsh('destroy', 'gw.cell-7.robot-a');
    const [disk, program] = [file('.signed'), join(vms.daemon.stateDirectory, 'taken.efi')];
    execFileSync('mcopy', ['-i', disk, '::/EFI/BOOT/BOOTX64.EFI', program]);
    execFileSync('sbattach', ['--remove', program], { stdio: 'ignore' });
    execFileSync('mcopy', ['-o', '-i', disk, program, '::/EFI/BOOT/BOOTX64.EFI']);
    const said = await whatIsSaid();
    assert.match(said, /failed to load Boot\d{4} .*: Access Denied/);
    assert.doesNotMatch(said, /GUEST READY/);
  });

  it('is seen to be another one when somebody hands it a kernel, which no firmware checks', async () => {
    const xml = await vms.daemon.virsh('dumpxml', '--inactive', 'gw.cell-7.robot-a');
    const kernel = join(vms.images.directory, 'tiny-linux', 'vmlinuz');
    const changed = join(vms.daemon.stateDirectory, 'changed.xml');
    writeFileSync(changed, xml.replace('<boot dev=', `<kernel>${kernel}</kernel><boot dev=`));
    await vms.daemon.virsh('define', changed);
    const [found] = await vms.handle.observe();
    assert.notEqual(found?.spec.firmware, 'uefi-secure');
    const [finding, ...others] = found?.findings ?? [];
    assert.deepEqual([finding?.code, others], ['GW_SECURE_BOOT_BYPASSED', []]);
    assert.match(
      finding?.message ?? '',
      /shall be started with the kernel ".*vmlinuz", which its domain hands past Secure Boot/,
    );
  });
});
