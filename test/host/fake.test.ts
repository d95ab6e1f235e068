// The scripted host keeps the promises that tests of drivers lean on.
import assert from 'node:assert/strict';
import { createFakeHost } from '../../runtime/host/fake.ts';

describe('the scripted host', () => {
  it('answers as scripted and remembers what it was asked', async () => {
    const host = createFakeHost({ run: argv => (argv[0] === 'ip' ? '[]' : undefined) });
    assert.deepEqual(await host.run(['ip', '-j', 'link']), { code: 0, stdout: '[]', stderr: '' });
    await assert.rejects(host.run(['nft']), { code: 'GW_HOST_PROGRAM_MISSING' });
    assert.deepEqual(
      host.calls.map(call => call.argv),
      [['ip', '-j', 'link'], ['nft']],
    );
  });

  it('keeps files like a file system', async () => {
    const host = createFakeHost({ files: { '/a/b/c': '1' } });
    await host.writeFile('/a/d', '2');
    assert.deepEqual(await host.list('/a'), ['b', 'd']);
    await host.remove('/a/b');
    assert.equal(await host.readFile('/a/b/c'), undefined);
    await assert.rejects(host.writeKernelFile('/sys/none', ''), { code: 'GW_HOST_IO' });
  });

  it('refuses work that was cancelled', async () => {
    const host = createFakeHost({ run: () => '' });
    await assert.rejects(host.run(['ip'], { signal: AbortSignal.abort() }), { code: 'GW_CANCELLED' });
    assert.deepEqual(host.calls, []);
  });
});
