// Lines of messages in the process of lines: with the secrets of the gateway, which are nowhere to be seen, and back after a kill.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SecretStore } from '../../../runtime/host/secret-store.ts';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { LineSpec } from '../../../runtime/model/kinds/line.ts';
import type { LineFrame } from '../../../runtime/model/line-frame.ts';
import { mqttWords } from '../../../runtime/protocols/mqtt/words.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { GuestSocket } from '../../protocols/guest-socket.ts';
import { type Broker, startBroker } from '../../protocols/mqtt/broker.ts';
import { testLinks, until } from '../../protocols/mqtt/links.ts';
import { port } from './sample.ts';
import { opened, openSite, type Site, statusOf } from './site.ts';

const LINE = 'line.cell-7/cloud';
const SECRET = 'hunter2-and-more';
const said = (topic: string, text: string) => ({ topic, payload: Buffer.from(text).toString('base64') });

describe('a line of MQTT in the process of lines', function () {
  this.timeout(60_000);
  const { link, close } = testLinks();
  let broker: Broker;
  let site: Site;
  let handle: Handle<'line'>;
  const guests: GuestSocket[] = [];

  before(async () => {
    const access = ['user cell-7', 'topic readwrite cell/#', 'user far', 'topic readwrite cell/#'];
    broker = await startBroker({ login: ['cell-7', SECRET], access });
  });
  beforeEach(async () => {
    site = await openSite();
    handle = await site.connect();
  });
  afterEach(async () => {
    await Promise.all([close(), site.close()]);
    await Promise.all(guests.splice(0).map(guest => guest.off()));
  });
  after(() => broker.close());

  async function guest(vm: string): Promise<GuestSocket> {
    const path = site.socketOf(vm);
    await mkdir(dirname(path), { recursive: true });
    const one = new GuestSocket(path);
    guests.push(one);
    await one.on();
    return one;
  }

  const far = () =>
    link({
      ...{ port: broker.port, username: 'cell-7', password: 'p', secrets: { p: SECRET } },
      subscriptions: [{ filter: 'cell/out/#' }],
    });

  function spec(): LineSpec {
    const login = { username: 'cell-7', password: 'plant-broker', clientId: 'cell-7', againMs: 10, againMostMs: 100 };
    const topics = { subscriptions: [{ filter: 'cell/in/#' }], publish: [{ filter: 'cell/out/{vm}' }] };
    return {
      ...{ protocol: 'mqtt', settings: { host: '127.0.0.1', port: broker.port, tls: false, ...login, ...topics } },
      ...{ messages: 'write', ports: [port('robot', 'acme'), port('meter', 'grid')] },
    };
  }

  it('waits for its secret, logs in with it when it is stored, and shows it nowhere', async () => {
    const [robot, meter] = [await guest('robot'), await guest('meter')];
    await handle.create(resource('line', 'cloud', spec()), step(1));
    const heard: LineFrame[] = [];
    await handle.tap?.(
      LINE,
      frames => void heard.push(...frames),
      () => {},
    );
    for (;;) {
      const { why } = await statusOf(handle, LINE);
      if (/there is no secret "plant-broker"/.test(why ?? '')) break;
    }
    await new SecretStore(site.folder).set('plant-broker', SECRET);
    await opened(handle, LINE);
    await Promise.all([robot.plugIn(), meter.plugIn()]);
    const cloud = far();
    await cloud.open();
    await cloud.send('cell/in/x', 'hello');
    await until(() => robot.lines.length === 1 && meter.lines.length === 1);
    robot.say(said('cell/out/robot', 'mine'), said('cell/out/meter', 'not mine'));
    await until(() => cloud.got.length === 1);
    const { request } = mqttWords.question({ topic: 'cell/out/flow', payload: 1 });
    await handle.ask?.(LINE, request);
    await until(() => cloud.got.length === 2);
    assert.deepEqual(cloud.texts(), ['mine', '1']);
    const seen = await handle.observe();
    assert.match(JSON.stringify(seen), /"denied":1/);
    await until(() => heard.length >= 7);
    const pid = site.programs[0]?.pid;
    const outside = await Promise.all(['cmdline', 'environ'].map(name => readFile(`/proc/${pid}/${name}`, 'utf8')));
    const files = await textsBelow(join(site.folder, 'cell-7'));
    assert.ok(
      files.some(text => text.includes('plant-broker')),
      'the spec is there',
    );
    for (const text of [JSON.stringify([seen, heard]), ...outside, ...files]) assert.ok(!text.includes(SECRET));
    assert.ok(![...robot.lines, ...meter.lines].join().includes(SECRET));
  });

  it('is there again after its process was killed, and what came at QoS 1 meanwhile was kept for it', async () => {
    await new SecretStore(site.folder).set('plant-broker', SECRET);
    const robot = await guest('robot');
    await handle.create(resource('line', 'cloud', spec()), step(1));
    await opened(handle, LINE);
    await robot.plugIn();
    const cloud = far();
    const gate = Promise.withResolvers<void>();
    site.gate = gate.promise;
    process.kill(site.programs[0]?.pid ?? assert.fail(), 'SIGKILL');
    await site.programs[0]?.ended;
    await cloud.send('cell/in/x', 'meanwhile');
    gate.resolve();
    await until(() => robot.lines.length === 1);
    assert.equal(Buffer.from(String(robot.heard[0]?.payload), 'base64').toString(), 'meanwhile');
    robot.say(said('cell/out/robot', 'back'));
    await cloud.open();
    await until(() => cloud.got.length === 1);
  });
});

/** Texts of all files below a folder, the sockets left out. */
async function textsBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return Promise.all(files.map(path => readFile(path, 'utf8')));
}
