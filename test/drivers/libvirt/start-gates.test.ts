// VMs that are started when their gates open, on a real libvirtd with emulated processors.
import assert from 'node:assert/strict';
import { refusal, step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { type TrustedVms, trustedVm, trustedVms } from '../../lab/trusted-vm.ts';

const VM = 'vm.cell-7/robot-a';
const BOX = 'gate.cell-7/box';
const { tpm: _tpm, firmware: _firmware, ...plain } = trustedVm('robot-a', { memoryMiB: 112 }).spec;
const robot = resource('vm', 'robot-a', { ...plain, gates: [{ by: BOX, otherwise: 'block' }] });

describe('a VM that waits for a gate, on libvirt', function () {
  this.timeout(120_000).bail(true);
  let vms: TrustedVms;
  before(async () => {
    vms = await trustedVms('tiny-linux');
  });
  after(() => vms?.close());
  const state = () => vms.daemon.virsh('domstate', 'gw.cell-7.robot-a');
  const seen = async () => (await vms.handle.observe()).find(({ address }) => address === VM);

  it('is made and not started, which is as it is drawn, and says what it waits for', async () => {
    await vms.handle.create(robot, step(1));
    assert.match(await state(), /shut off/);
    assert.deepEqual({ ...(await seen())?.spec }, { ...robot.spec });
    assert.deepEqual((await seen())?.status.waitsFor, [BOX]);
  });

  it('is started by nobody while the gate is closed', async () => {
    assert.equal(await refusal(Promise.resolve(vms.handle.power?.(VM, 'start'))), 'GW_ATTEST_CLOSED');
    await vms.handle.openGate?.('gate.cell-7/other', 60_000);
    assert.match(await state(), /shut off/);
  });

  it('is started when the gate opens, and goes on when it closes', async () => {
    await vms.handle.openGate?.(BOX, 60_000);
    assert.match(await state(), /running/);
    await vms.handle.openGate?.(BOX, 0);
    assert.match(await state(), /running/);
    assert.deepEqual({ ...(await seen())?.spec }, { ...robot.spec });
  });

  it('shows as drift when somebody switches it off, and is not started again by a gate', async () => {
    await vms.daemon.virsh('destroy', 'gw.cell-7.robot-a');
    assert.equal((await seen())?.spec.running, false);
    await vms.handle.openGate?.(BOX, 60_000);
    assert.match(await state(), /shut off/);
  });
});
