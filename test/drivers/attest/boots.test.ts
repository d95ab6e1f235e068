// What a gate foretells of a VM that starts signed images: the very image that the hypervisor's driver makes and signs, whose key is not
// needed for it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programDigest } from '../../../runtime/attest/predict/authenticode.ts';
import { Boots } from '../../../runtime/drivers/attest/boots.ts';
import { ownerKeys } from '../../../runtime/drivers/libvirt/owner-keys.ts';
import { makeSignedDisk } from '../../../runtime/drivers/libvirt/signed-disk.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { commandLineOf } from '../../../runtime/model/boot-line.ts';
import type { DrawnBoot, GateSpec } from '../../../runtime/model/kinds/gate.ts';
import { programOf } from '../../attest/predict/program-file.ts';

const GATE = 'gate.cell-7/boot';
const boot: DrawnBoot = { image: 'first', kernelArguments: 'ro', memoryMiB: 256, firmware: 'uefi-secure' };

describe('a foretold boot of a signed image', function () {
  this.timeout(120_000);
  let folder = '';
  let boots: Boots;
  const spec = (fields: Partial<DrawnBoot> = {}): GateSpec => ({
    subject: { of: 'vm', vm: 'vm.cell-7/robot', boot: { ...boot, ...fields } },
    ...{ pcrs: [0, 4, 7, 11], learn: 'first-boot', foretold: true, secureBoot: true, images: [] },
    ...{ intervalSeconds: 60, freshnessSeconds: 600, releases: [] },
  });
  const images = () => join(folder, 'images');

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gw-boots-'));
    for (const name of ['first', 'second']) {
      mkdirSync(join(images(), name), { recursive: true });
      // A length that no section and no signature has by itself.
      writeFileSync(join(images(), name, 'vmlinuz'), programOf([{ name: '.text', content: Buffer.from(`${name}.`) }]));
      writeFileSync(join(images(), name, 'initrd.img'), Buffer.alloc(12_345, name));
    }
    boots = new Boots(localHost, join(folder, 'boots'), images());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The digest of the program on the disk that a VM would start from, which its firmware measures. */
  async function signedDigest(): Promise<string> {
    const disk = join(folder, 'robot.signed');
    const [kernel, initrd] = ['vmlinuz', 'initrd.img'].map(name => join(images(), boot.image, name)) as [
      string,
      string,
    ];
    const keys = await ownerKeys(localHost, join(folder, 'libvirt'), new AbortController().signal);
    await makeSignedDisk(localHost, disk, { kernel, initrd, commandLine: commandLineOf(boot.kernelArguments) }, keys);
    const program = join(folder, 'program.efi');
    execFileSync('mcopy', ['-o', '-i', disk, '::/EFI/BOOT/BOOTX64.EFI', program]);
    execFileSync('sbverify', ['--cert', keys.certificate, program], { stdio: 'ignore' });
    return programDigest(readFileSync(program), 'sha256').toString('hex');
  }

  it('is that of the image which is signed and started, whenever it is made', async () => {
    await boots.draw(GATE, spec());
    const [foretold, ...others] = await boots.allowed(GATE);
    assert.deepEqual(others, []);
    assert.deepEqual(foretold?.image.digests['boot loader'], [await signedDigest()]);
    assert.deepEqual(new Set(foretold?.events.map(({ pcr }) => pcr)), new Set([4, 11]));
    assert.deepEqual(readdirSync(join(folder, 'boots')), ['boot.json'], 'nothing is left of how it was found out');
  });

  it('allows a changed one beside the one before it, and tells which part is another one', async () => {
    await boots.draw(GATE, spec({ kernelArguments: 'rw' }));
    const [after, before] = await boots.allowed(GATE);
    const differing = Object.entries(after?.image.digests ?? {}).filter(
      ([component, digests]) => String(digests) !== String(before?.image.digests[component as 'kernel']),
    );
    assert.deepEqual(differing.map(([component]) => component).sort(), ['boot loader', 'command line']);
  });

  it('is not known of an image that is no kernel with an initrd', async () => {
    await assert.rejects(boots.draw(GATE, spec({ image: 'third' })), { code: 'GW_IMAGE_UNUSABLE' });
  });
});
