// What an editor of a stock Node-RED shows under its nodes: it is told over a web socket, and so are we.
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Statuses {
  /** By the id of the node. */
  readonly shown: ReadonlyMap<string, { readonly fill?: string; readonly text?: string }>;
  close(): void;
}

/** @param url  of the editor */
export async function followStatuses(url: string): Promise<Statuses> {
  const shown = new Map<string, { readonly fill?: string; readonly text?: string }>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/comms`);
  socket.on('message', (text: Buffer) => {
    for (const { topic, data } of JSON.parse(text.toString()) as { topic: string; data: object }[])
      if (topic.startsWith('status/')) shown.set(topic.slice('status/'.length), data);
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ subscribe: 'status/#' }));
  return { shown, close: () => socket.terminate() };
}
