// HTTP as an attacker writes it: any Host, any Origin, any body. `fetch` would set those headers itself.
import { type IncomingMessage, request } from 'node:http';

const TIMEOUT_MS = 30_000;

export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Iterable<string>;
  readonly token?: string;
  /** How long the server may say nothing. */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Sends one request on a connection of its own. An iterable body is sent in chunks, without a length. */
export function call(url: string, asked: Call): Promise<Answer> {
  const { method = 'GET', path = '/', headers = {}, body, token, timeoutMs = TIMEOUT_MS } = asked;
  const login = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), {
      method,
      agent: false,
      timeout: timeoutMs,
      headers: { ...login, ...headers },
    });
    sent.once('response', response => readAnswer(response).then(resolve, reject));
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', reject);
    if (body === undefined || typeof body === 'string') sent.end(body);
    else sendChunks(sent, body[Symbol.iterator]());
  });
}

/** Sends JSON as the editor does. */
export function sendJson(url: string, path: string, value: unknown, call_: Omit<Call, 'body' | 'path'> = {}) {
  const headers = { 'content-type': 'application/json', 'x-gatewright': '1', ...call_.headers };
  return call(url, { method: 'POST', ...call_, path, headers, body: JSON.stringify(value) });
}

/** What a request for an upgrade to a websocket is answered: 101 or why not. */
export function upgrade(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const websocket = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), {
      agent: false,
      timeout: TIMEOUT_MS,
      headers: { ...websocket, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
    });
    sent.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    sent.once('response', response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', reject);
    sent.end();
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

function sendChunks(sent: ReturnType<typeof request>, chunks: Iterator<string>): void {
  for (;;) {
    const { value, done } = chunks.next();
    if (done === true) return void sent.end();
    if (!sent.write(value)) return void sent.once('drain', () => sendChunks(sent, chunks));
  }
}
