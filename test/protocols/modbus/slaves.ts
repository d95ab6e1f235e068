// Slaves on one serial line, behind a serial server. One answers at once, one now and then only when something else is being
// asked or a while has passed, and one never. What they say tells which line and unit they are on.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { rtuFrame } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { RtuFramer } from '../../../runtime/protocols/modbus/adu/rtu-framer.ts';

export const PROMPT = 1;
export const LATE = 2;
export const DEAD = 3;
/** One request of so many is answered late. */
const LATE_EVERY = 4;
/** A late answer comes by itself when nothing was asked for so long: sooner than a line's `lateMs` is over. */
const LATE_MOST_MS = 60;
const ILLEGAL_FUNCTION = 1;

export interface HeardRequest {
  readonly unit: number;
  /** In hex. */
  readonly pdu: string;
}

export class Slaves {
  readonly heard: HeardRequest[] = [];
  readonly #mark: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #asked = 0;
  /** Answers that are due with the next request, whoever that is for. */
  #late: Uint8Array[] = [];

  /** @param mark  of the line, below 256 */
  constructor(mark: number) {
    this.#mark = mark;
    this.#server = createServer(socket => this.#serve(socket));
  }

  /** @returns the port on the loopback */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    const framer = new RtuFramer('requests', (bytes, start, end) => {
      const [unit = 0, ...pdu] = bytes.subarray(start, end - 2);
      const late = this.#late.splice(0);
      const answers = this.#answer(unit, Buffer.from(pdu));
      socket.write(Buffer.concat([...late, ...answers]));
      if (this.#late.length > 0) setTimeout(() => socket.write(Buffer.concat(this.#late.splice(0))), LATE_MOST_MS);
    });
    socket.on('data', chunk => framer.push(chunk));
  }

  #answer(unit: number, pdu: Buffer): readonly Uint8Array[] {
    this.heard.push({ unit, pdu: pdu.toString('hex') });
    if (unit === DEAD) return [];
    const answer = rtuFrame(unit, answerTo(pdu, this.#mark, unit));
    if (unit !== LATE || ++this.#asked % LATE_EVERY !== 0) return [answer];
    this.#late.push(answer);
    return [];
  }
}

/** Registers with an even address hold it, those with an odd one say who holds them. */
export function answerTo(pdu: Buffer, mark: number, unit: number): Buffer {
  const code = pdu.readUInt8(0);
  if (code === 6 || code === 8) return pdu;
  if (code !== 3 && code !== 4) return Buffer.from([code | 0x80, ILLEGAL_FUNCTION]);
  const [address, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
  const words = Array.from({ length: count }, (_, at) =>
    (address + at) % 2 === 0 ? address + at : (mark << 8) | unit,
  );
  return Buffer.from([code, 2 * count, ...words.flatMap(word => [word >> 8, word & 0xff])]);
}
