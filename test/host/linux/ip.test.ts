import assert from 'node:assert/strict';
import { createFakeHost } from '../../../runtime/host/fake.ts';
import type { Host } from '../../../runtime/host/host.ts';
import { bridgeBatch, ipBatch, ipQuery } from '../../../runtime/host/linux/ip.ts';
import { listLinks, listLinksWithAddresses, parseLinks } from '../../../runtime/host/linux/links.ts';
import { kernelCan } from '../../../runtime/host/linux/probe.ts';
import { type NetnsLab, netnsLab } from '../../lab/netns.ts';
import { labHost } from '../../lab/netns-host.ts';

describe('iproute2', () => {
  let lab: NetnsLab;
  let host: Host;

  before(async () => {
    lab = netnsLab();
    host = labHost(await lab.machine('cell-7'));
  });
  after(() => lab.close());

  it('names the line of a batch that was refused, with the words of the kernel', async () => {
    const lines = [
      ['link', 'add', 'name', 'b0', 'type', 'bridge'],
      ['link', 'set', 'dev', 'nowhere', 'up'],
      ['link', 'add', 'name', 'b1', 'type', 'bridge'],
    ];
    await assert.rejects(ipBatch(host, lines), {
      code: 'GW_HOST_COMMAND_FAILED',
      message: 'ip link set dev nowhere up was refused: Cannot find device "nowhere"',
    });
    const names = (await listLinks(host)).map(link => link.name);
    assert.ok(names.includes('b0') && !names.includes('b1'), 'what comes after it was not done');
    await assert.rejects(bridgeBatch(host, [['fdb', 'del', '02:00:00:00:00:01', 'dev', 'b0', 'master']]), {
      code: 'GW_HOST_COMMAND_FAILED',
    });
  });

  for (const word of ['a b', 'a\nlink', 'a;b"', '#a', "it's", 'a\\', ''])
    it(`lets no ${JSON.stringify(word)} into a batch`, () =>
      assert.rejects(ipBatch(host, [['link', 'set', 'dev', word, 'up']]), { code: 'GW_BUG' }));

  it('starts no process for an empty batch', async () => {
    const silent = createFakeHost();
    await ipBatch(silent, []);
    assert.deepEqual(silent.calls, []);
  });

  it('tells addresses and IPv6 of every device', async () => {
    await ipBatch(host, [['addr', 'add', '10.1.2.3/24', 'dev', 'b0']]);
    const b0 = (await listLinksWithAddresses(host)).find(link => link.name === 'b0');
    assert.deepEqual([b0?.type, b0?.addresses, b0?.up], ['bridge', ['10.1.2.3/24'], false]);
    assert.equal(b0?.ipv6, (await host.list('/proc/sys/net/ipv6')).length > 0);
  });

  it('refuses answers that it does not understand', async () => {
    for (const stdout of ['', 'Dump was interrupted', '[]\n[]\n', '[{"ifname":3}]', '[{"ifname":"x"}]', '{}']) {
      const odd = createFakeHost({ run: () => stdout });
      await assert.rejects(listLinks(odd), { code: 'GW_HOST_UNEXPECTED' });
    }
    assert.deepEqual(parseLinks([{}, {}]), [], 'but devices that vanished while it listed are no surprise');
    await assert.rejects(ipQuery(host, [['link', 'show']], { netns: 'nowhere' }), { code: 'GW_HOST_COMMAND_FAILED' });
  });

  it('finds out by trying what the kernel can do, and leaves nothing of the trial', async () => {
    const before = (await listLinks(host)).map(link => link.name);
    assert.equal(await kernelCan(host, ['link add name probe type bridge']), true);
    assert.equal(await kernelCan(host, ['link add name probe type warpdrive']), false);
    assert.deepEqual(
      (await listLinks(host)).map(link => link.name),
      before,
    );
    const stderr = 'unshare failed: Operation not permitted';
    const powerless = createFakeHost({ run: () => ({ code: 1, stdout: '', stderr }) });
    await assert.rejects(kernelCan(powerless, ['link add name probe type bridge']), { code: 'GW_HOST_COMMAND_FAILED' });
  });
});
