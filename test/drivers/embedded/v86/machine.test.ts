// Two emulated PCs from one memory, on one cable: booted once, each somebody of its own, talking to each other.
import assert from 'node:assert/strict';
import { prepare } from '../../../../runtime/drivers/embedded/v86/boot.ts';
import { Machine } from '../../../../runtime/drivers/embedded/v86/machine.ts';
import { ImageStore } from '../../../../runtime/host/images/store.ts';
import { SnapshotStore } from '../../../../runtime/host/snapshot-store.ts';
import type { VmSpec } from '../../../../runtime/model/kinds/vm.ts';
import { refusal } from '../../../contract/driver-case.ts';
import { embeddedSettings } from '../../../lab/embedded-images.ts';

const spec: VmSpec = {
  ...{ tenant: 'vendor-a', image: 'tiny-linux', kernelArguments: '', vcpus: 1, memoryMiB: 112, watchdog: 'none' },
  ...{ startOrder: 100, nics: [], fieldLine: true, running: true },
};

describe('an emulated PC', function () {
  this.timeout(300_000);
  const machines: Machine[] = [];
  afterEach(() => Promise.all(machines.splice(0).map(machine => machine.end())));

  it('goes on from the memory of one boot as two guests that reach each other', async () => {
    const limit = AbortSignal.timeout(280_000);
    const { imageDirectory, snapshotDirectory } = await embeddedSettings();
    const world = { images: new ImageStore(imageDirectory), snapshots: new SnapshotStore(snapshotDirectory) };
    const { boot } = await prepare(world, spec, limit, () => {});

    const left: Machine = new Machine(boot, { frame: frame => right.receive(frame) });
    machines.push(left);
    const right: Machine = new Machine(boot, { frame: frame => left.receive(frame) });
    machines.push(right);
    await Promise.all([left.started(), right.started()]);
    const become = (words: string) => `gw-identity ${words}`;
    await left.control.ask(become('gw.mac.eth0=02:00:00:00:00:07 gw.eth0=10.0.0.7/24'), limit);
    await right.control.ask(become('gw.mac.eth0=02:00:00:00:00:08 gw.eth0=10.0.0.8/24'), limit);
    const ping = await left.control.ask('ping -c 3 -W 10 10.0.0.8', limit);
    assert.equal(ping.status, 0, ping.output);
    assert.match(ping.output, /3 packets transmitted, 3 packets received/);
    assert.equal(await refusal(left.control.ask('true', AbortSignal.abort())), 'GW_CANCELLED');
  });
});
