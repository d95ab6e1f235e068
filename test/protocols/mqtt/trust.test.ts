// Who may talk to whom: certificates, passwords, rights. And that secrets stay secret.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { type Broker, startBroker } from './broker.ts';
import { type TestLink, testLinks, until } from './links.ts';

const SECRET = 'hunter2-and-more';

async function whyDown(test: TestLink): Promise<string> {
  await until(() => test.downs.length > 0);
  const [why] = test.downs;
  await test.link.close();
  return isGatewrightError(why) ? why.code : String(why);
}

describe('the trust between an MQTT link and its broker', () => {
  const { link, close } = testLinks();
  let certificates: Certificates;
  let secure: Broker;
  let guarded: Broker;

  before(async () => {
    certificates = makeCertificates();
    const { authority, server, serverKey } = certificates.paths;
    secure = await startBroker({
      lines: [`cafile ${authority}`, `certfile ${server}`, `keyfile ${serverKey}`, 'require_certificate true'],
    });
    const access = ['user cell-7', 'topic read open/#', 'topic write open/#'];
    guarded = await startBroker({ login: ['cell-7', SECRET], access });
  });
  afterEach(close);
  after(async () => {
    await Promise.all([secure.close(), guarded.close()]);
    certificates.close();
  });

  const secured = () => ({
    ...{
      port: secure.port,
      tls: true,
      authority: certificates.texts.authority,
      certificate: certificates.texts.client,
    },
    ...{ key: 'client-key', secrets: { 'client-key': certificates.texts.clientKey } },
  });

  it('is by certificates of an authority of their own, both ways', async () => {
    const one = link({ ...secured(), subscriptions: [{ filter: 'tls/#' }] });
    const other = link({ ...secured(), host: 'localhost' });
    await one.open();
    await other.send('tls/x', 'secret');
    await until(() => one.got.length === 1);
    assert.deepEqual(one.texts(), ['secret']);
  });

  it('is refused to an unknown authority, a wrong name, and a broker without TLS', async () => {
    assert.equal(await whyDown(link({ ...secured(), authority: '' })), 'GW_LINK_TLS');
    assert.equal(await whyDown(link({ ...secured(), serverName: 'other.example' })), 'GW_LINK_TLS');
    assert.equal(await whyDown(link({ ...secured(), port: guarded.port })), 'GW_LINK_TLS');
  });

  it('is refused by the broker to a link without a certificate', async () => {
    const bare = link({ ...secured(), certificate: '', key: '' });
    assert.match(await whyDown(bare), /^GW_(MQTT_DOWN|LINK_TLS)$/);
    assert.equal(bare.link.counters.opened, 0);
  });

  it('names a secret that is not there, and a key that is none without showing it', async () => {
    const lacking = link({ ...secured(), secrets: {} });
    assert.equal(await whyDown(lacking), 'GW_LINK_SECRET');
    assert.match(String(lacking.downs[0]), /client-key/);
    const spoilt = link({ ...secured(), secrets: { 'client-key': SECRET } });
    assert.equal(await whyDown(spoilt), 'GW_LINK_SECRET');
    assert.ok(!inspect(spoilt.downs, { depth: 20, showHidden: true }).includes(SECRET));
  });

  const login = (password: string) => ({
    ...{
      port: guarded.port,
      username: 'cell-7',
      password: 'broker-password',
      secrets: { 'broker-password': password },
    },
  });

  it('is by password, and the right reason is given for a wrong one', async () => {
    const good = link(login(SECRET));
    await good.open();
    await good.send('open/x', 'hello');
    const wrong = link(login(`${SECRET}!`));
    assert.equal(await whyDown(wrong), 'GW_MQTT_REFUSED');
    assert.match(String(wrong.downs[0]), /Not authorized|Bad User Name/);
    for (const thing of [good.link, wrong.link, wrong.downs])
      assert.ok(!inspect(thing, { depth: 20, showHidden: true }).includes(SECRET));
  });

  it('asks for the password anew at each connection, so that it can be changed', async () => {
    const secrets: Record<string, string> = { 'broker-password': 'old' };
    const changed = link({ ...login(''), secrets });
    await until(() => changed.downs.length > 0);
    secrets['broker-password'] = SECRET;
    await changed.open();
  });

  it('ends with the rights of the link: what it may not send is refused for good, and the rest goes on', async () => {
    const limited = link({ ...login(SECRET), subscriptions: [{ filter: 'open/#' }] });
    await limited.open();
    await assert.rejects(limited.send('closed/x', 'no'), { code: 'GW_MQTT_REFUSED' });
    // This broker ends the connection too, after it has said so.
    await limited.send('open/x', 'yes');
    await until(() => limited.got.length === 1);
    assert.deepEqual([limited.texts(), limited.link.counters.refusedByBroker], [['yes'], 1]);
  });

  it('keeps the password out of everything that is printed for debugging', async () => {
    const script = fileURLToPath(new URL('connect-once.ts', import.meta.url));
    const env = { ...process.env, DEBUG: '*', THE_SECRET: SECRET };
    const args = [script, String(guarded.port), 'THE_SECRET'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env, timeout: 15_000 });
    assert.match(stdout, /^opened/m);
    assert.match(stderr, /mqtt-packet/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET));
    assert.ok(!`${stdout}${stderr}`.includes(Buffer.from(SECRET).toString('hex').replace(/../g, '$& ').trim()));
  });
});
