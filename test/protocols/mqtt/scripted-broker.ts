// A broker that does what a test says, for what mosquitto never does: byte by byte, as MQTT 5 has its packets.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Answers one packet. @param packet  whole, its first byte is the type @param head  bytes before its variable header */
export type Answer = (packet: Buffer, head: number, socket: Socket) => void;

export interface ScriptedBroker {
  readonly port: number;
  /** Types of the packets that came, oldest first: 1 CONNECT, 3 PUBLISH, 8 SUBSCRIBE, 12 PINGREQ, 14 DISCONNECT. */
  readonly types: readonly number[];
  close(): Promise<void>;
}

export async function scriptedBroker(answers: Readonly<Record<number, Answer>>): Promise<ScriptedBroker> {
  const types: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    let held = Buffer.alloc(0);
    socket.on('data', chunk => {
      held = Buffer.concat([held, chunk]);
      for (let packet = firstPacket(held); packet !== undefined; packet = firstPacket(held)) {
        held = held.subarray(packet.bytes.length);
        const type = (packet.bytes[0] ?? 0) >> 4;
        types.push(type);
        answers[type]?.(packet.bytes, packet.head, socket);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    ...{ port, types },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** CONNACK that lets in. @param properties  as bytes */
export function welcome(...properties: readonly number[]): Answer {
  return (_packet, _head, socket) =>
    void socket.write(Buffer.from([0x20, 3 + properties.length, 0, 0, properties.length, ...properties]));
}

function firstPacket(held: Buffer): { bytes: Buffer; head: number } | undefined {
  let [length, head] = [0, 1];
  for (let shift = 0; ; shift += 7, head += 1) {
    const byte = held[head];
    if (byte === undefined) return undefined;
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  head += 1;
  return held.length < head + length ? undefined : { bytes: held.subarray(0, head + length), head };
}
