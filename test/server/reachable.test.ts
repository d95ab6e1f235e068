import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { localHost } from '../../runtime/host/local.ts';
import { addUser } from '../../runtime/server/users.ts';
import { call } from './call.ts';
import { buildPack, makeHome, removeHome, startProcess } from './server-process.ts';

describe('a server with users, TLS or a proxy', function () {
  this.timeout(90_000);
  let home = '';
  before(buildPack);
  beforeEach(async () => {
    home = await makeHome();
    await addUser(localHost, `${home}/users.json`, 'anna', 'admin', 'correct horse battery');
  });
  afterEach(() => removeHome(home));
  const configure = (settings: object) => writeFile(`${home}/config.json`, JSON.stringify(settings));

  /** A certificate for this test alone. */
  function makeCertificate() {
    const files = ['-keyout', `${home}/key.pem`, '-out', `${home}/cert.pem`];
    const subject = ['-subj', '/CN=cell.plant.example', '-addext', 'subjectAltName=DNS:cell.plant.example'];
    const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const made = spawnSync('openssl', [...argv, ...files, ...subject], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
  }

  it('speaks TLS with its own certificate, under the names it was given', async () => {
    makeCertificate();
    await configure({ tls: { keyFile: 'key.pem', certFile: 'cert.pem' }, allowedHosts: ['cell.plant.example'] });
    const server = await startProcess(home);
    try {
      assert.match(server.ready, /ready: https:\/\/127\.0\.0\.1:/);
      const ca = await readFile(`${home}/cert.pem`, 'utf8');
      const ask = (host: string) =>
        new Promise<number>((resolve, reject) => {
          const options = {
            port: server.port,
            host: '127.0.0.1',
            servername: 'cell.plant.example',
            ca,
            headers: { host },
          };
          const sent = request({ ...options, agent: false }, response => {
            response.resume();
            resolve(response.statusCode ?? 0);
          });
          sent.once('error', reject).end();
        });
      assert.equal(await ask('cell.plant.example'), 200);
      assert.equal(await ask('evil.example'), 403);
    } finally {
      await server.stop();
    }
  });

  it('behind a proxy on this machine answers to the public name and asks for a login', async () => {
    await configure({ trustedProxies: ['127.0.0.1'], allowedHosts: ['cell.plant.example'] });
    const server = await startProcess(home);
    try {
      const headers = { host: 'cell.plant.example', 'x-forwarded-proto': 'https' };
      assert.equal((await call(server.url, { headers })).status, 200);
      assert.equal((await call(server.url, { path: '/flows', headers })).status, 401);
    } finally {
      await server.stop();
    }
  });

  it('refuses to start with a certificate that cannot be read', async () => {
    await configure({ tls: { keyFile: 'none.pem', certFile: 'none.pem' } });
    await assert.rejects(startProcess(home), /none\.pem cannot be read; correct tls in config\.json/);
  });

  it('refuses to start with a certificate that is not one, in words', async () => {
    await writeFile(`${home}/key.pem`, 'not a key');
    await configure({ tls: { keyFile: 'key.pem', certFile: 'key.pem' } });
    await assert.rejects(startProcess(home), /ended with 2:[\s\S]*is not a key and certificate in PEM/);
  });
});
