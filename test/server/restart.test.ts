import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { applyPlanned } from './apply.ts';
import { call, sendJson } from './call.ts';
import { buildPack, makeHome, removeHome, startProcess } from './server-process.ts';

describe('a restart of the server', function () {
  this.timeout(120_000);
  let home = '';
  before(buildPack);
  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(() => removeHome(home));

  const state = async (url: string) => JSON.parse((await call(url, { path: '/gatewright/state' })).text);
  const files = () => Promise.all(['flows.json', 'flows_cred.json'].map(name => readFile(`${home}/${name}`, 'utf8')));

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(`after ${signal} keeps flow, credentials, audit and what was applied`, async () => {
      const first = await startProcess(home);
      const flows = JSON.parse((await call(first.url, { path: '/flows' })).text);
      const broker = {
        id: 'broker1',
        type: 'mqtt-broker',
        name: 'plant',
        broker: '127.0.0.1',
        port: '1',
        autoConnect: false,
      };
      const withCredentials = { ...broker, credentials: { user: 'plc', password: 'only-the-plc-knows' } };
      assert.equal((await sendJson(first.url, '/flows', [...flows, withCredentials])).status, 204);
      await applyPlanned(first.url, 'cell-7');
      const before = await files();
      const end = await first.stop(signal);
      assert.deepEqual([end.code, end.stderr], [signal === 'SIGTERM' ? 0 : null, '']);

      const second = await startProcess(home);
      try {
        assert.deepEqual(await files(), before);
        const credentials = await call(second.url, { path: '/credentials/mqtt-broker/broker1' });
        assert.deepEqual(JSON.parse(credentials.text), { user: 'plc', has_password: true });
        let [cell7] = (await state(second.url)).gateways;
        while (cell7.plan === undefined) [cell7] = (await state(second.url)).gateways;
        assert.deepEqual([cell7.generation, cell7.plan.steps], [1, []]);
      } finally {
        await second.stop();
      }
    });

  it('does not happen over a damaged flow, which is left as it is', async () => {
    await writeFile(`${home}/flows.json`, '[{"id":"tab1","type":');
    await assert.rejects(startProcess(home), /flows\.json is damaged; restore it from a backup, then start again/);
    assert.equal(await readFile(`${home}/flows.json`, 'utf8'), '[{"id":"tab1","type":');
  });

  it('finishes a deploy that a crash cut short', async () => {
    const tab = { id: 'tab9', type: 'tab', label: 'saved at the last moment' };
    const pending = { flows: [tab], credentials: {} };
    await writeFile(`${home}/deploy.pending.json`, JSON.stringify(pending));
    const server = await startProcess(home);
    try {
      const flows = JSON.parse((await call(server.url, { path: '/flows' })).text);
      assert.deepEqual(
        flows.map(({ id }: { id: string }) => id),
        ['tab9'],
      );
    } finally {
      await server.stop();
    }
  });
});
