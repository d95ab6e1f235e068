// Which hypervisor an embedded gateway takes, and what it says of it.
import assert from 'node:assert/strict';
import { choose } from '../../../runtime/drivers/embedded/choose.ts';
import { probeQemu } from '../../../runtime/drivers/embedded/qemu/probe.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { GatewrightError } from '../../../runtime/model/errors.ts';
import { refusal } from '../../contract/driver-case.ts';

type Acceleration = 'kvm' | 'tcg' | undefined;

const found = (acceleration: Acceleration, amd64Image: boolean) => ({
  qemu: async () => acceleration,
  amd64Image: async () => amd64Image,
});

describe('the hypervisor of an embedded gateway', () => {
  it('is QEMU of its own accord only where that is faster and has something to boot', async () => {
    const cases: readonly (readonly [Acceleration, boolean, string, RegExp])[] = [
      ['kvm', true, 'qemu', /has the processor/],
      ['kvm', false, 'v86', /needs a guest image for amd64.*--architecture amd64/],
      ['tcg', true, 'v86', /cannot use the processor/],
      [undefined, true, 'v86', /not installed/],
    ];
    for (const [acceleration, image, hypervisor, because] of cases) {
      const chosen = await choose('auto', found(acceleration, image));
      assert.equal(chosen.hypervisor, hypervisor);
      assert.match(chosen.because, because);
    }
  });

  it('is what is drawn, also where that is slow', async () => {
    assert.equal((await choose('v86', found('kvm', true))).hypervisor, 'v86');
    const slow = await choose('qemu', found('tcg', false));
    assert.deepEqual([slow.hypervisor, slow.acceleration], ['qemu', 'tcg']);
    assert.match(slow.because, /as drawn.*emulated/);
  });

  it('is not another one than drawn where that is missing', async () =>
    assert.equal(await refusal(choose('qemu', found(undefined, true))), 'GW_HOST_PROGRAM_MISSING'));

  it('takes QEMU for missing when it is not there, and for slow when it starts but gets no processor', async () => {
    const refuse = (
      fails: (argv: readonly string[]) => boolean,
      code: 'GW_HOST_PROGRAM_MISSING' | 'GW_HOST_COMMAND_FAILED',
    ) => ({
      ...localHost,
      run: async (argv: readonly string[]) => {
        if (fails(argv)) throw new GatewrightError(code, 'no');
        return { code: 0, stdout: '', stderr: '' };
      },
    });
    assert.equal(await probeQemu(refuse(() => true, 'GW_HOST_PROGRAM_MISSING')), undefined);
    const noKvm = (argv: readonly string[]) => argv.some(word => word.includes('accel=kvm'));
    assert.equal(await probeQemu(refuse(noKvm, 'GW_HOST_COMMAND_FAILED')), 'tcg');
    assert.equal(await probeQemu(refuse(() => false, 'GW_HOST_COMMAND_FAILED')), 'kvm');
  });

  it('is asked of the QEMU of this machine, which starts', async () => assert.ok(await probeQemu(localHost)));
});
