// `plan --explain-backend`, as somebody asks it who wonders which back end to choose.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { type Home, openHome } from './command.ts';
import { documentOf } from './document.ts';
import { reference, withFields } from './flows.ts';
import { type LinuxAgent, serveLinuxAgent } from './linux-agent.ts';

describe('the explanation of back ends', () => {
  let home: Home;
  let agent: LinuxAgent | undefined;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
    await home.remove();
  });
  const flow = (fields: object) => home.file('box.json', withFields(reference('single-box'), 'gateway', fields));

  it('says of each back end what it can do, or why it cannot be asked, and leaves no trace', async () => {
    const path = await flow({});
    const ended = await home.run(['plan', path, '--explain-backend', '--json']);
    const [box] = documentOf(ended, 'explain-backend').gateways;
    assert.equal(ended.code, 0);
    assert.deepEqual([box?.gateway, box?.backend], ['cabinet-1', 'simulated']);
    const away = Object.fromEntries((box?.backends ?? []).map(one => [one.backend, one.away]));
    assert.equal(away.simulated, undefined);
    assert.match(away.linux ?? '', /no agent answers on \/run\/gatewright\/cabinet-1\.sock/);
    assert.deepEqual((await readdir(home.folder)).sort(), ['box.json'], 'nothing was made beside the drawing');
  });

  it('asks the agent of a linux gateway, which may change what the others make anew', async () => {
    agent = await serveLinuxAgent(home, 'cabinet-1');
    const path = await flow({ backend: 'linux', agentSocket: agent.socketPath });
    const { code, stdout } = await home.run(['plan', path, '--explain-backend']);
    assert.equal(code, 0);
    assert.match(stdout, /^cabinet-1, drawn as linux\n {2}simulated: can do everything that is drawn\n/);
    assert.match(stdout, /\n {2}linux: can do everything that is drawn\n/);
  });
});
