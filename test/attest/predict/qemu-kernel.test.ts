// What QEMU writes into the header of a kernel that it hands over, beside QEMU itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filledIn } from '../../../runtime/attest/predict/qemu-kernel.ts';
import { buildGuestImage } from '../../../scripts/guest-image.ts';
import { setupOf } from './handed-over.ts';

describe('a kernel that QEMU fills in', function () {
  this.timeout(120_000); // makes several machines, and the guest image when there is none
  let kernel: string;
  let initrd: string;
  let file: Buffer;
  let initrdBytes: number;
  before(() => {
    const { directory } = buildGuestImage();
    [kernel, initrd] = [join(directory, 'vmlinuz'), join(directory, 'initrd.img')];
    [file, initrdBytes] = [readFileSync(kernel), readFileSync(initrd).length];
  });

  for (const memoryMiB of [128, 512, 2815, 2816, 4096])
    it(`is the one that a firmware with ${memoryMiB} MiB finds, with and without an initrd`, async () => {
      for (const withInitrd of [true, false]) {
        const given = { kernel, commandLine: 'console=ttyS0 quiet', memoryMiB };
        const theirs = await setupOf(withInitrd ? { ...given, initrd } : given);
        const ours = filledIn(file, withInitrd ? { memoryMiB, initrdBytes } : { memoryMiB });
        assert.ok(ours !== undefined);
        assert.equal(ours.subarray(0, theirs.length).toString('hex'), theirs.toString('hex'));
        assert.equal(ours.subarray(theirs.length).equals(file.subarray(theirs.length)), true);
        assert.equal(ours.equals(file), false);
      }
    });

  it('is unknown for what is no such kernel, and for an initrd that does not fit', () => {
    assert.equal(filledIn(Buffer.alloc(4096), { memoryMiB: 128 }), undefined);
    assert.equal(filledIn(file.subarray(0, 100), { memoryMiB: 128 }), undefined);
    const old = Buffer.from(file);
    old.writeUInt16LE(0x0205, 0x206);
    assert.equal(filledIn(old, { memoryMiB: 128 }), undefined);
    assert.equal(filledIn(file, { memoryMiB: 64, initrdBytes: 64 << 20 }), undefined);
  });
});
