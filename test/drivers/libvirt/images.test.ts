import assert from 'node:assert/strict';
import { FileNames, VmFiles } from '../../../runtime/drivers/libvirt/files.ts';
import type { Host } from '../../../runtime/host/host.ts';

const IMAGES = '/var/lib/gatewright/images';
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  [IMAGES]: ['debian.qcow2', 'empty', 'half', 'notes.txt', 'tiny-linux', 'tiny-linux.qcow2'],
  [`${IMAGES}/half`]: ['vmlinuz'],
  [`${IMAGES}/tiny-linux`]: ['initrd.img', 'vmlinuz'],
};

function filesOn(folders: typeof FOLDERS): VmFiles {
  const host: Pick<Host, 'list'> = { list: async path => folders[path] ?? [] };
  return new VmFiles(host as Host, new FileNames(IMAGES, '/var/lib/gatewright/cell-7'));
}

describe('the images of a gateway with libvirt', () => {
  it('are disks, and folders with a kernel and an initrd, each once', async () =>
    assert.deepEqual(await filesOn(FOLDERS).images(), ['debian', 'tiny-linux']));

  it('are none where there is no folder', async () => assert.deepEqual(await filesOn({}).images(), []));
});
