// Two emulated PCs from one memory image, on one cable: booted once, each somebody of its own, talking to each other.
import assert from 'node:assert/strict';
import { Machine } from '../../../runtime/drivers/v86/machine.ts';
import { readImageFolder } from '../../../runtime/host/images/store.ts';
import { ImageManifest, MANIFEST_FILE } from '../../../runtime/model/image.ts';
import { buildEmbeddedImage } from '../../../scripts/embedded-image.ts';
import { refusal } from '../../contract/driver-case.ts';

describe('an emulated PC', function () {
  this.timeout(300_000);
  const machines: Machine[] = [];
  const limit = AbortSignal.timeout(280_000);
  afterEach(() => Promise.all(machines.splice(0).map(machine => machine.end())));

  it('boots once, and goes on from its memory as two guests that reach each other', async () => {
    const { files } = await readImageFolder(buildEmbeddedImage().directory);
    const file = (name: string) => files.get(name) ?? assert.fail(`the image has no ${name}`);
    const manifest = ImageManifest.parse(JSON.parse(file(MANIFEST_FILE).toString()));
    const boot = {
      bios: file(manifest.bios ?? ''),
      vgaBios: file(manifest.vgaBios ?? ''),
      kernel: file(manifest.kernel),
      initrd: file(manifest.initrd),
      commandLine: manifest.kernelArguments,
      memoryMiB: 112,
    };
    const ready = Promise.withResolvers<void>();
    let said = '';
    const first = new Machine(boot, {
      console: bytes => {
        said += Buffer.from(bytes).toString();
        if (said.includes('GUEST READY')) ready.resolve();
      },
      ended: why => ready.reject(new Error(why)),
    });
    machines.push(first);
    await ready.promise;
    assert.equal((await first.control.ask('true', limit)).status, 0);
    const snapshot = await first.save();
    await first.end();
    assert.equal(await refusal(first.control.ask('true', AbortSignal.abort())), 'GW_CANCELLED');

    const left: Machine = new Machine({ ...boot, snapshot }, { frame: frame => right.receive(frame) });
    machines.push(left);
    const right: Machine = new Machine({ ...boot, snapshot }, { frame: frame => left.receive(frame) });
    machines.push(right);
    await Promise.all([left.started(), right.started()]);
    const become = (words: string) => `gw-identity ${words}`;
    await left.control.ask(become('gw.mac.eth0=02:00:00:00:00:07 gw.eth0=10.0.0.7/24'), limit);
    await right.control.ask(become('gw.mac.eth0=02:00:00:00:00:08 gw.eth0=10.0.0.8/24'), limit);
    const ping = await left.control.ask('ping -c 3 -W 10 10.0.0.8', limit);
    assert.equal(ping.status, 0, ping.output);
    assert.match(ping.output, /3 packets transmitted, 3 packets received/);
  });
});
