// Other ends of a WebSocket: Node's own client, and one that speaks byte by byte and does nothing by itself.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface NodeEnd {
  readonly socket: WebSocket;
  readonly got: readonly Uint8Array[];
  /** Code of the end; `undefined` while it is open. */
  readonly code: () => number | undefined;
}

/** The client that Node has built in, which is not npm ws. Resolves when it is open. */
export async function nodeEnd(url: string, headers: Readonly<Record<string, string>> = {}): Promise<NodeEnd> {
  // The types are those of browsers, which have no headers.
  const Client = WebSocket as unknown as new (url: string, options: { headers: typeof headers }) => WebSocket;
  const socket = new Client(url, { headers });
  socket.binaryType = 'arraybuffer';
  const got: Uint8Array[] = [];
  let code: number | undefined;
  socket.addEventListener('message', ({ data }) => got.push(new Uint8Array(data as ArrayBuffer)));
  socket.addEventListener('close', event => {
    code = event.code;
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('not open')));
  });
  return { socket, got, code: () => code };
}

/** The status that a request for a WebSocket gets, 101 when it is let in; and the connection. */
export async function knock(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; socket: Socket }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const wanted = {
    ...{ host: 'localhost', connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    ...{ 'sec-websocket-key': randomBytes(16).toString('base64'), ...headers },
  };
  const lines = Object.entries(wanted).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let said = '';
  while (!said.includes('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    said += chunk.toString('latin1');
  }
  return { status: Number(said.split(' ')[1]), socket };
}

/** Looks again and again until something is so; the time-out of the test is the bound. */
export async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(resolve => setTimeout(resolve, 2));
}
