// Bundles from files and from web servers that behave badly.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundleSource } from '../../../runtime/host/images/bundle-source.ts';

const ANSWERS: Readonly<Record<string, RequestListener>> = {
  '/bundle': (_, response) => response.end('bundle'),
  '/moved': (_, response) => response.writeHead(302, { location: '/bundle' }).end(),
  '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
  '/none': (_, response) => response.writeHead(404).end('<html>'),
  '/long': (_, response) => response.end('x'.repeat(101)),
  '/endless': (_, response) => {
    const more = () => {
      while (response.write('x'.repeat(64)));
    };
    response.on('drain', more);
    more();
  },
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  },
  '/silent': (_, response) => response.write('half'),
};

describe('the source of a bundle', () => {
  let server: Server;
  let origin = '';
  before(async () => {
    server = createServer((request, response) => ANSWERS[request.url ?? '']?.(request, response));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  it('is a web server, also one that sends us on, and tells how far it is', async () => {
    const told: unknown[] = [];
    const progress = (...numbers: unknown[]) => void told.push(numbers);
    assert.equal(String(await readBundleSource(`${origin}/bundle`, { progress })), 'bundle');
    assert.deepEqual(told, [[6, 6]]);
    assert.equal(String(await readBundleSource(`${origin}/moved`)), 'bundle');
  });

  for (const [path, code, message] of [
    ['/to-file', 'GW_HOST_IO', /sends us on to file:/],
    ['/round', 'GW_HOST_IO', /more than 5 times/],
    ['/none', 'GW_HOST_IO', /answers 404/],
    ['/long', 'GW_IMAGE_UNUSABLE', /larger than 100 bytes/],
    ['/endless', 'GW_IMAGE_UNUSABLE', /larger than 100 bytes/],
    ['/cut', 'GW_HOST_IO', /cannot fetch/],
    ['/silent', 'GW_HOST_IO', /said nothing for 0\.2 s/],
  ] as const)
    it(`is refused for ${path}`, () =>
      assert.rejects(readBundleSource(`${origin}${path}`, { maxBytes: 100, silenceMs: 200 }), { code, message }));

  it('is refused when nobody answers, or the address is none', async () => {
    for (const source of ['http://127.0.0.1:1/bundle', 'http://'])
      await assert.rejects(readBundleSource(source), {
        code: 'GW_HOST_IO',
        message: /cannot fetch .*check the address/,
      });
  });

  it('is a file of bounded size', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gw-bundle-'));
    try {
      const path = join(folder, 'b');
      await writeFile(path, 'bundle');
      assert.equal(String(await readBundleSource(path)), 'bundle');
      await assert.rejects(readBundleSource(path, { maxBytes: 5 }), { code: 'GW_IMAGE_UNUSABLE' });
      await assert.rejects(readBundleSource(join(folder, 'none')), { code: 'GW_HOST_IO', message: /ENOENT/ });
      await assert.rejects(readBundleSource(folder), { code: 'GW_HOST_IO', message: /EISDIR/ });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
