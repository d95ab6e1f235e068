import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type Call, call, sendJson } from './call.ts';
import { buildPack, makeHome, removeHome, startProcess, type TestServer } from './server-process.ts';

const TAB = { id: 'tab1', type: 'tab', label: 'credentials' };
const BROKER = {
  id: 'broker1',
  type: 'mqtt-broker',
  name: 'plant',
  broker: '127.0.0.1',
  port: '1',
  autoConnect: false,
};
const SECRET = { user: 'plc', password: 'only-the-plc-knows' };
const V2 = { 'node-red-api-version': 'v2' };

describe('deploying', function () {
  this.timeout(120_000);
  let server: TestServer;
  before(async () => {
    buildPack();
    server = await startProcess(await makeHome());
    const flow = [TAB, { ...BROKER, credentials: SECRET }];
    const answer = await sendJson(server.url, '/flows', { flows: flow }, { headers: V2 });
    assert.equal(answer.status, 200);
  });
  after(async () => {
    await server.stop();
    await removeHome(server.home);
  });

  const json = { 'content-type': 'application/json', ...V2 };
  const post = (body: Call['body'], path = '/flows') =>
    call(server.url, { method: 'POST', path, headers: json, ...(body === undefined ? {} : { body }) });
  const disk = () =>
    Promise.all(['flows.json', 'flows_cred.json'].map(name => readFile(`${server.home}/${name}`, 'utf8')));
  const memory = async () => {
    const flows = await call(server.url, { path: '/flows', headers: V2 });
    const credentials = await call(server.url, { path: '/credentials/mqtt-broker/broker1' });
    return [flows.text, credentials.text];
  };
  const unchanged = async (work: () => Promise<void>) => {
    const before = [await disk(), await memory()];
    await work();
    assert.deepEqual([await disk(), await memory()], before);
    assert.match(before.flat().join(''), /"user":"plc"/);
    assert.ok(!before[0]?.join('').includes(SECRET.password), 'sealed on disk');
  };

  const newer = { id: 'v1', type: 'gatewright-vm', z: 'tab1', v: 99, name: '<img src=x onerror=alert(1)>', wires: [] };
  it('refuses nodes of a newer Gatewright, and leaves flow and credentials byte-identical', () =>
    unchanged(async () => {
      const answer = await post(JSON.stringify({ flows: [TAB, newer] }));
      assert.equal(answer.status, 422);
      assert.match(String(answer.headers['content-type']), /^text\/plain/);
      assert.match(answer.text, /drawn with a newer Gatewright/);
      assert.ok(!answer.text.includes('<'), 'the editor shows this text as HTML');
    }));

  for (const [what, path, method] of [
    ['one new tab', '/flow', 'POST'],
    ['one changed tab', '/flow/tab1', 'PUT'],
  ] as const)
    it(`refuses them in ${what}, too`, () =>
      unchanged(async () => {
        const body = JSON.stringify({ id: 'tab1', label: 'x', nodes: [newer], configs: [] });
        const answer = await call(server.url, { method, path, headers: json, body });
        assert.equal(answer.status, 422);
      }));

  function* megabytes(count: number) {
    yield '{"flows":[{"id":"a","type":"comment","info":"';
    for (let number = 0; number < count; number += 1) yield 'x'.repeat(1024 * 1024);
    yield '"}]}';
  }
  for (const [what, body] of [
    ['announced', () => [...megabytes(50)].join('')],
    ['in chunks without a length', () => megabytes(50)],
  ] as const)
    it(`refuses 50 MB ${what}, and stays well`, () =>
      unchanged(async () => {
        const answer = await post(body());
        assert.equal(answer.status, 413);
        assert.match(answer.text, /larger than 5 MB, so it was not saved/);
      }));

  for (const [what, body, status] of [
    ['truncated JSON', '{"flows":[{"id":"a","type":"tab"', 400],
    ['no JSON at all', 'hello', 400],
    ['an empty body', '', 400],
    ['null', 'null', 422],
    ['a number of nodes', '{"flows":7}', 422],
    ['a prototype-polluting field', '{"flows":[{"id":"a","type":"tab","__proto__":{"x":1}}]}', 422],
    ['a prototype-polluting id', '{"flows":[{"id":"__proto__","type":"tab"}]}', 422],
    ['a constructor in depth', '{"flows":[{"id":"a","type":"tab","env":[{"constructor":{"prototype":{}}}]}]}', 422],
    ['one id twice', '{"flows":[{"id":"a","type":"tab"},{"id":"a","type":"tab"}]}', 422],
    ['a node without id', '{"flows":[{"type":"tab"}]}', 422],
    ['deep nesting', `{"flows":[{"id":"a","type":"tab","x":${'['.repeat(500)}${']'.repeat(500)}}]}`, 422],
  ] as const)
    it(`refuses ${what} with words, and loses nothing`, () =>
      unchanged(async () => {
        const answer = await post(body);
        assert.equal(answer.status, status, answer.text);
        assert.match(answer.text, /^[A-Z].*\.$/);
      }));

  it('refuses a body that is not declared as JSON', () =>
    unchanged(async () => {
      const answer = await call(server.url, {
        method: 'POST',
        path: '/flows',
        headers: { 'content-type': 'text/plain' },
        body: '[]',
      });
      assert.equal(answer.status, 400);
    }));

  it('saves a drawing with errors and hostile names as it is, shows findings, and cannot apply it', async () => {
    const names = [
      '"quoted"',
      "it's",
      'two\nlines',
      '<img src=x onerror=alert(1)>',
      'x'.repeat(300),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the name is hostile on purpose
      '${HOME}',
      '../../etc',
    ];
    const vms = names.map((name, number) => ({
      id: `vm${number}`,
      type: 'gatewright-vm',
      z: 'tab1',
      v: 1,
      name,
      wires: [[]],
    }));
    const saved = await sendJson(server.url, '/flows', { flows: [TAB, BROKER, ...vms] }, { headers: V2 });
    assert.equal(saved.status, 200, saved.text);
    const flows = JSON.parse((await call(server.url, { path: '/flows' })).text);
    assert.deepEqual(
      flows
        .filter((node: { type: string }) => node.type === 'gatewright-vm')
        .map((node: { name: string }) => node.name),
      names,
    );
    const state = await stateWhere(state => state.diagnostics.length > 0);
    assert.ok(state.diagnostics.some(({ severity }) => severity === 'error'));
  });

  it('keeps credentials of nodes that a deploy does not mention them for', async () => {
    const answer = await call(server.url, { path: '/credentials/mqtt-broker/broker1' });
    assert.deepEqual(JSON.parse(answer.text), { user: 'plc', has_password: true });
  });

  interface State {
    readonly diagnostics: readonly { readonly severity: string }[];
  }
  async function stateWhere(fits: (state: State) => boolean): Promise<State> {
    for (let look = 0; look < 200; look += 1) {
      const state: State = JSON.parse((await call(server.url, { path: '/gatewright/state' })).text);
      if (fits(state)) return state;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw new Error('the state never came');
  }
});
