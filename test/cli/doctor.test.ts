// `gatewright doctor`: what it says depends on the box, how it says it does not.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';

describe('doctor', () => {
  let home: Home;
  before(async () => {
    home = await openHome();
  });
  after(() => home.remove());

  it('fails for what is missing, and says what to do about each thing', async () => {
    const missing = ['doctor', '--libvirt-socket', join(home.folder, 'none.sock')];
    const nowhere = { environment: { PATH: home.folder } };
    const [human, json] = await Promise.all([home.run(missing, nowhere), home.run([...missing, '--json'], nowhere)]);
    const { ok, checks } = documentOf(json, 'doctor');
    assert.deepEqual([human.code, json.code, ok, human.stderr], [3, 3, false, '']);
    assert.deepEqual(
      checks.filter(check => (check.status === 'ok') !== (check.remedy === '')),
      [],
    );
    const failed = checks.filter(check => check.status === 'failed');
    for (const id of ['libvirt', 'program ip', 'program nft', 'program dnsmasq', 'program qemu-system-x86_64'])
      assert.ok(
        failed.some(check => check.id === id),
        id,
      );
    for (const { id, status, found, remedy } of checks)
      assert.ok(
        human.stdout.includes(`${status.padEnd(8)} ${id}: ${found}\n${remedy === '' ? '' : `         ${remedy}\n`}`),
        id,
      );
    assert.match(
      checks.find(check => check.id === 'program tcpdump' && check.status === 'warning')?.remedy ?? '',
      /apt-get install tcpdump\. Without it only the cards of VMs cannot be recorded/,
    );
    assert.match(failed.find(check => check.id === 'program nft')?.remedy ?? '', /apt-get install nftables/);
    assert.ok(
      human.stdout.endsWith(`cannot run here: ${failed.length} checks failed. The simulated one needs none of this.\n`),
    );
  });

  it('sees the libvirt and the images that it is shown, and agrees with its exit code', async () => {
    const socket = join(home.folder, 'libvirt.sock');
    const images = join(home.folder, 'images');
    await mkdir(images);
    await home.file('images/tiny-linux.qcow2', '');
    const libvirt = createServer();
    await new Promise<void>(resolve => libvirt.listen(socket, resolve));
    try {
      const ended = await home.run(['doctor', '--json', '--libvirt-socket', socket, '--image-directory', images]);
      const { ok, checks } = documentOf(ended, 'doctor');
      assert.deepEqual([ended.code, ok], checks.some(check => check.status === 'failed') ? [3, false] : [0, true]);
      const found = new Map(checks.map(check => [check.id, check.found]));
      assert.equal(found.get('libvirt'), `libvirt answers on ${socket}`);
      assert.equal(found.get('images'), `${images} holds tiny-linux.qcow2`);
      assert.equal(found.get('node'), `Node ${process.versions.node}`);
    } finally {
      await new Promise(resolve => libvirt.close(resolve));
    }
  });
});
