// Files, sockets and signals of the real host.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHost } from '../../runtime/host/local.ts';
import { removeUnfinished } from '../../runtime/host/local-files.ts';

describe('files of the host', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-host-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads back what it wrote, in a folder it made', async () => {
    const path = join(folder, 'a/b/c.json');
    await localHost.writeFile(path, 'grüße');
    assert.equal(await localHost.readFile(path), 'grüße');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('sets exactly the mode that was asked for', async () => {
    const path = join(folder, 'open');
    await localHost.writeFile(path, '', 0o666);
    assert.equal((await stat(path)).mode & 0o777, 0o666);
  });

  it('replaces a file as a whole and leaves nothing else behind', async () => {
    const path = join(folder, 'f');
    await Promise.all(['first', 'second', 'third'].map(text => localHost.writeFile(path, text)));
    assert.match((await localHost.readFile(path)) ?? '', /^(first|second|third)$/);
    assert.deepEqual(await localHost.list(folder), ['f']);
  });

  it('replaces a symbolic link and not what it points to', async () => {
    await writeFile(join(folder, 'target'), 'untouched');
    await symlink(join(folder, 'target'), join(folder, 'link'));
    await localHost.writeFile(join(folder, 'link'), 'new');
    assert.equal(await localHost.readFile(join(folder, 'target')), 'untouched');
  });

  it('makes a link, also to what is not there, and lets it lead elsewhere', async () => {
    const link = join(folder, 'names/link');
    await localHost.link(link, join(folder, 'gone'));
    assert.equal(await localHost.readFile(link), undefined);
    await localHost.writeFile(join(folder, 'file'), 'found');
    await Promise.all(['file', 'file'].map(name => localHost.link(link, join(folder, name))));
    assert.equal(await localHost.readFile(link), 'found');
    assert.deepEqual(await readdir(join(folder, 'names')), ['link'], 'nothing else is left');
    await localHost.remove(link);
    assert.equal(await localHost.readFile(join(folder, 'file')), 'found', 'what it led to stays');
  });

  it('does not list what a power cut left unfinished', async () => {
    await writeFile(join(folder, '.gatewright-unfinished-0-f'), 'half');
    assert.deepEqual(await localHost.list(folder), []);
  });

  it('removes what a kill left unfinished, in folders below as well, and nothing else', async () => {
    await localHost.writeFile(join(folder, 'a/b/kept'), '');
    for (const path of ['.gatewright-unfinished-0-f', 'a/b/.gatewright-unfinished-1-g'])
      await writeFile(join(folder, path), 'half');
    await removeUnfinished(folder);
    assert.deepEqual((await readdir(folder, { recursive: true })).sort(), ['a', 'a/b', 'a/b/kept']);
    await removeUnfinished(join(folder, 'none'));
  });

  it('takes an absent file or folder for a fact', async () => {
    assert.equal(await localHost.readFile(join(folder, 'none')), undefined);
    assert.deepEqual(await localHost.list(join(folder, 'none')), []);
    await localHost.remove(join(folder, 'none'));
  });

  it('reads kernel files, whose size is zero', async () => {
    assert.match((await localHost.readFile('/proc/self/status')) ?? '', /^Name:/);
  });

  it('says which file could not be used, and why', async () => {
    await assert.rejects(localHost.readFile(folder), { code: 'GW_HOST_IO', message: /EISDIR/ });
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(localHost.writeFile(join(folder, 'file/below'), ''), { code: 'GW_HOST_IO' });
  });

  it('writes to a kernel file in place, and only when it exists', async () => {
    const path = join(folder, 'knob');
    await assert.rejects(localHost.writeKernelFile(path, '1'), { code: 'GW_HOST_IO' });
    await writeFile(path, '0');
    await chmod(path, 0o200);
    await localHost.writeKernelFile(path, '1');
    await chmod(path, 0o600);
    assert.equal(await localHost.readFile(path), '1');
  });

  it('removes a folder with everything in it', async () => {
    await localHost.writeFile(join(folder, 'a/b'), '');
    await localHost.remove(join(folder, 'a'));
    assert.deepEqual(await localHost.list(folder), []);
  });

  it('tells of a change in a folder that it makes, until it is told to stop', async () => {
    let calls = 0;
    const seen = new Promise<void>(resolve => {
      const stop = localHost.watchFolder?.(join(folder, 'watched'), () => {
        calls += 1;
        stop?.();
        resolve();
      });
    });
    await localHost.writeFile(join(folder, 'watched', 'f'), '1');
    await seen;
    const heard = calls;
    await localHost.writeFile(join(folder, 'watched', 'f'), '2');
    assert.equal(calls, heard);
  });

  it('speaks through a unix socket and says when nobody listens', async () => {
    const path = join(folder, 's');
    await assert.rejects(localHost.connect(path), { code: 'GW_HOST_IO', message: /ENOENT/ });
    const server = createServer(peer => peer.end('hello'));
    await new Promise<void>(resolve => server.listen(path, resolve));
    const socket = await localHost.connect(path);
    let heard = '';
    for await (const chunk of socket) heard += String(chunk);
    await new Promise(resolve => server.close(resolve));
    assert.equal(heard, 'hello');
  });
});

describe('signals of the host', () => {
  it('tells whether a process exists', () => {
    assert.equal(localHost.kill(process.pid, 0), true);
    assert.equal(localHost.kill(2 ** 30, 0), false);
  });

  for (const pid of [0, 1, -1, 1.5, Number.NaN])
    it(`refuses ${pid}, which is not one process`, () => {
      assert.throws(() => localHost.kill(pid, 'SIGKILL'), { code: 'GW_BUG' });
    });
});
