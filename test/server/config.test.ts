import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { localHost } from '../../runtime/host/local.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import { loadSettings } from '../../runtime/server/config.ts';
import { excludedNodes } from '../../runtime/server/core-nodes.ts';
import { loadSecret, sealedNothing } from '../../runtime/server/credential-secret.ts';
import { temporaryFolder } from './folder.ts';

describe('settings', () => {
  const folder = temporaryFolder();
  const file = () => `${folder.path}/config.json`;
  const invalid = (what: RegExp) => (error: unknown) =>
    isGatewrightError(error) && error.code === 'GW_CONFIG_INVALID' && what.test(error.message);

  it('are safe without a file', async () => {
    const settings = await loadSettings(localHost, file(), {});
    assert.equal(settings.host, '127.0.0.1');
    assert.deepEqual(settings.nodes, { exec: false, file: false, tcp: false, udp: false });
  });

  it('let flags win over the file, and find files beside the file', async () => {
    const tls = { keyFile: 'key.pem', certFile: '/etc/cert.pem' };
    await writeFile(file(), JSON.stringify({ port: 2000, nodes: { exec: true }, tls, usersFile: 'people.json' }));
    const settings = await loadSettings(localHost, file(), { port: '3000' });
    assert.equal(settings.port, 3000);
    assert.deepEqual(settings.nodes, { exec: true, file: false, tcp: false, udp: false });
    assert.deepEqual(settings.tls, { keyFile: `${folder.path}/key.pem`, certFile: '/etc/cert.pem' });
    assert.equal(settings.usersFile, `${folder.path}/people.json`);
  });

  for (const [text, what] of [
    ['{', /not a JSON object/],
    ['[]', /not a JSON object/],
    ['{"hots":"0.0.0.0"}', /hots/],
    ['{"port":70000}', /port/],
    ['{"nodes":{"execute":true}}', /nodes/],
    ['{"tls":{"keyFile":"k"}}', /certFile/],
    ['{"trustedProxies":["anyone"]}', /trustedProxies/],
  ] as const)
    it(`refuse ${text} and name what is wrong`, async () => {
      await writeFile(file(), text);
      await assert.rejects(loadSettings(localHost, file(), {}), invalid(what));
    });

  for (const port of ['', 'http', '-1', '65536', '1e3'])
    it(`refuse the port ${JSON.stringify(port)}`, async () => {
      await assert.rejects(loadSettings(localHost, file(), { port }), invalid(/port/));
    });
});

describe('core nodes', () => {
  const off = { exec: false, file: false, tcp: false, udp: false };

  it('that reach the machine itself are off unless switched on', () => {
    const risky = ['90-exec.js', '10-file.js', '23-watch.js', '31-tcpin.js', '32-udp.js'];
    assert.deepEqual(excludedNodes({ nodes: off, coreNodes: 'all' }), risky);
    assert.deepEqual(excludedNodes({ nodes: { ...off, file: true }, coreNodes: 'all' }), [
      '90-exec.js',
      '31-tcpin.js',
      '32-udp.js',
    ]);
  });

  it('stay off when lean, and lean leaves out more', () => {
    const lean = excludedNodes({ nodes: { ...off, exec: true }, coreNodes: 'lean' });
    assert.ok(lean.includes('10-mqtt.js') && lean.includes('90-exec.js') && !lean.includes('20-inject.js'));
  });
});

describe('the secret of credentials', () => {
  const folder = temporaryFolder();
  const seal = (secret: string, value: object) => {
    const iv = Buffer.alloc(16, 7);
    const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), iv);
    return { $: iv.toString('hex') + cipher.update(JSON.stringify(value), 'utf8', 'base64') + cipher.final('base64') };
  };

  it('is made once, in a file that only its owner reads', async () => {
    const secret = await loadSecret(localHost, folder.path, {});
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.equal(await loadSecret(localHost, folder.path, {}), secret);
    assert.equal((await stat(`${folder.path}/credential-secret`)).mode & 0o777, 0o600);
  });

  it('opens the credentials it sealed', async () => {
    const secret = await loadSecret(localHost, folder.path, {});
    assert.equal(await loadSecret(localHost, folder.path, seal(secret, { n: { password: 'ä' } })), secret);
  });

  it('seals nothing so that it opens again', async () => {
    const secret = await loadSecret(localHost, folder.path, {});
    assert.equal(await loadSecret(localHost, folder.path, sealedNothing(secret)), secret);
    await assert.rejects(loadSecret(localHost, folder.path, sealedNothing('another')), /does not open/);
  });

  it('is never made anew over credentials it does not open, because Node-RED would drop them', async () => {
    const sealed = seal('another', { n: { password: 'x' } });
    await assert.rejects(loadSecret(localHost, folder.path, sealed), /does not open the stored credentials/);
    await writeFile(`${folder.path}/credential-secret`, 'wrong\n');
    await assert.rejects(loadSecret(localHost, folder.path, sealed), /does not open the stored credentials/);
    assert.equal(await readFile(`${folder.path}/credential-secret`, 'utf8'), 'wrong\n');
  });
});
