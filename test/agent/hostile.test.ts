// Whatever is sent to the agent's socket is refused in words, and the agent lives on.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { type Served, type ServerLimits, serveAgent } from '../../runtime/agent/server.ts';
import { addressesOf, agentOptions, sampleDesign } from './sample.ts';

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly message?: string };
}

describe('the socket of an agent', () => {
  let folder = '';
  let socketPath = '';
  let agent: LocalAgent;
  let served: Served;
  const limits: Partial<ServerLimits> = {
    bodyBytes: 64 * 1024,
    headersMs: 200,
    requestMs: 400,
    connections: 12,
    streams: 2,
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-hostile-'));
    socketPath = join(folder, 'run/agent.sock');
    agent = await createAgent(agentOptions(folder));
    served = await serveAgent({ agent, socketPath, limits });
  });
  after(async () => {
    await agent.close();
    await served.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach('it lives on and has changed nothing', async () => {
    const { status } = await ask('GET', '/v1/info');
    assert.equal(status, 200);
    assert.deepEqual(await addressesOf(agent), []);
    assert.equal((await agent.info()).generation, 0);
  });

  function ask(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: OutgoingHttpHeaders = {},
  ): Promise<Answer> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, method, path, headers: { ...json, ...headers }, agent: false }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Sends bytes as they are; resolves with what came back once the other side has closed. */
  function raw(bytes: string | Buffer): Promise<string> {
    return new Promise(resolve => {
      let heard = '';
      const socket = createConnection({ path: socketPath });
      socket.setEncoding('latin1');
      socket.on('data', text => {
        heard += text;
      });
      socket.on('error', () => {}); // the other side may hang up at any time; `close` follows
      socket.on('close', () => resolve(heard));
      socket.write(bytes);
    });
  }

  const design = JSON.stringify(sampleDesign());
  const hash = 'a'.repeat(64);
  const refused: readonly (readonly [string, string, string, number, RegExp])[] = [
    ['truncated JSON', '/v1/plan', design.slice(0, -10), 400, /not JSON/],
    ['no JSON at all', '/v1/plan', '<xml/>', 400, /not JSON/],
    ['an empty body', '/v1/plan', '', 400, /not JSON/],
    ['null', '/v1/plan', 'null', 400, /shape/],
    ['a list', '/v1/plan', '[]', 400, /shape/],
    ['a number where a design belongs', '/v1/plan', '{"design":7}', 400, /shape/],
    ['no design', '/v1/plan', '{}', 400, /shape/],
    ['an unknown field', '/v1/plan', `{"design":${design},"run":"rm"}`, 400, /run/],
    [
      'an unknown field deep in a design',
      '/v1/plan',
      `{"design":${design.replace('"nat":true', '"nat":true,"x":1')}}`,
      400,
      /"x"/,
    ],
    ['a prototype key', '/v1/plan', `{"design":${design},"__proto__":{"a":1}}`, 400, /__proto__/],
    ['a prototype key deep in a design', '/v1/plan', `{"design":{"tenants":{"__proto__":{}}}}`, 400, /__proto__/],
    ['a constructor key', '/v1/plan', `{"design":${design},"constructor":{"prototype":{}}}`, 400, /constructor/],
    ['50,000 open brackets', '/v1/plan', `{"design":${'['.repeat(50_000)}`, 400, /./],
    ['deep nesting', '/v1/plan', `{"design":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 400, /./],
    [
      'a hostile name',
      '/v1/plan',
      `{"design":${design.replaceAll('robot-a', '<img onerror=alert(1)>')}}`,
      400,
      /shape/,
    ],
    [
      'a path in place of an image',
      '/v1/plan',
      `{"design":${design.replace('photon.qcow2', '../../etc/shadow')}}`,
      400,
      /image/,
    ],
    ['a newline in a name', '/v1/plan', `{"design":${design.replaceAll('robot-a', 'robot\\na')}}`, 400, /shape/],
    ['a name of 300 letters', '/v1/plan', `{"design":${design.replaceAll('robot-a', 'a'.repeat(300))}}`, 400, /shape/],
    [
      'a hash of the wrong length',
      '/v1/apply',
      `{"design":${design},"planHash":"abc","onFailure":"stop"}`,
      400,
      /planHash/,
    ],
    [
      'an unknown way to fail',
      '/v1/apply',
      `{"design":${design},"planHash":"${hash}","onFailure":"burn"}`,
      400,
      /onFailure/,
    ],
    ['a stale hash', '/v1/apply', `{"design":${design},"planHash":"${hash}","onFailure":"stop"}`, 409, /plan again/],
    ['a work id with a path', '/v1/cancel', '{"work":"../x"}', 400, /work/],
    ['a rollback of nothing', '/v1/rollback', '{}', 409, /nothing was applied/],
  ];
  for (const [what, path, body, status, words] of refused)
    it(`refuses ${what}`, async () => {
      const answer = await ask('POST', path, body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(String(answer.body.message), words);
      assert.match(String(answer.body.code), /^GW_/);
      assert.equal(({} as { a?: number }).a, undefined);
    });

  it('refuses bytes that are not UTF-8', async () => {
    assert.equal((await ask('POST', '/v1/plan', Buffer.from('7b22ff227d', 'hex'))).status, 400);
  });

  it('refuses other media types', async () => {
    const answer = await ask('POST', '/v1/plan', '{}', { 'content-type': 'text/plain' });
    assert.equal(answer.status, 415);
  });

  it('refuses a body over its limit, whether it says so before or not', async () => {
    const large = `{"design":"${'x'.repeat(200 * 1024)}"}`;
    assert.equal((await ask('POST', '/v1/plan', large)).status, 413);
    assert.equal((await ask('POST', '/v1/plan', large, { 'transfer-encoding': 'chunked' })).status, 413);
  });

  for (const [method, path, status] of [
    ['GET', '/', 404],
    ['GET', '/v1/plan', 405],
    ['POST', '/v1/info', 405],
    ['DELETE', '/v1/apply', 405],
    ['GET', '/v1/../v1/secret', 404],
    ['GET', '/v1/toString', 404],
    ['GET', '//evil.example/v1/info', 404],
    ['GET', '/v1/events?since=now', 400],
    ['GET', '/v1/events?surprise=1', 400],
    ['GET', '/v1/port?port=port.cell-7/robot-a.eth0', 400],
    ['GET', '/v1/port?port=port.cell-7/robot-a.eth0&snaplen=63', 400],
    ['GET', '/v1/port?port=port.cell-7/robot-a.eth0&snaplen=65536', 400],
    ['GET', '/v1/port?port=port.cell-7/robot-a.eth0&snaplen=-w', 400],
    ['GET', '/v1/port?port=vm.cell-7/robot-a&snaplen=64', 400],
    ['GET', '/v1/port?port=port.cell-7/..%2Fany&snaplen=64', 400],
    ['GET', '/v1/port?port=any&snaplen=64', 400],
    ['GET', '/v1/port?port=port.cell-7/robot-a.eth0&snaplen=64&filter=udp', 400],
  ] as const)
    it(`refuses ${method} ${path} with ${status}`, async () => {
      const answer = await ask(method, path);
      assert.equal(answer.status, status);
      assert.equal(answer.body.code, 'GW_AGENT_REQUEST');
    });

  for (const [what, bytes] of [
    ['garbage', Buffer.from([...Array(512).keys()].map(index => (index * 37) % 256))],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['a TLS hello', Buffer.from('16030100', 'hex')],
    ['two lengths', 'POST /v1/plan HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    ['a huge head', `GET /v1/info HTTP/1.1\r\nx: ${'a'.repeat(64 * 1024)}\r\n\r\n`],
    ['an upgrade', 'GET /v1/info HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n'],
  ] as const)
    it(`survives ${what}`, async () => {
      const heard = await raw(bytes);
      assert.match(heard, /^(HTTP\/1\.1 [24]|$)/);
    });

  it('hangs up on who never finishes a head, and on who never finishes a body', async () => {
    assert.match(await raw('GET /v1/info HTTP/1.1\r\nhost: a\r\nx'), /^HTTP\/1\.1 408/);
    const head = 'POST /v1/plan HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{';
    assert.match(await raw(head), /^HTTP\/1\.1 408/);
  });

  it('bounds its watchers, so that asking stays possible', async () => {
    const watchers = [await watcher(), await watcher(), await watcher()];
    assert.deepEqual(
      watchers.map(one => one.status),
      [200, 200, 503],
    );
    const gone = watchers.map(one => one.close());
    await Promise.all(gone);
    // The server notices that they are gone in its own time; then there is room again.
    for (;;) {
      const next = await watcher();
      await next.close();
      if (next.status === 200) break;
    }
  });

  it('bounds its connections', async () => {
    const idle = await Promise.all(Array.from({ length: 30 }, () => connection()));
    const closed = Promise.all(idle.map(socket => new Promise<void>(resolve => socket.once('close', () => resolve()))));
    // Those over the bound are closed at once, the rest when their time for a head is over.
    await closed;
  });

  function connection() {
    const socket = createConnection({ path: socketPath });
    socket.on('error', () => {}); // `close` follows
    socket.resume();
    return new Promise<typeof socket>(resolve => {
      socket.once('connect', () => resolve(socket));
    });
  }

  function watcher(): Promise<{ readonly status: number; close(): Promise<void> }> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, path: '/v1/events', agent: false }, response => {
        response.on('error', () => {}); // we hang up ourselves
        response.resume();
        const close = () =>
          new Promise<void>(done => {
            sent.once('close', () => done());
            if (sent.closed) done();
            sent.destroy();
          });
        resolve({ status: response.statusCode ?? 0, close });
      });
      sent.on('error', reject);
      sent.end();
    });
  }
});
