// Stands in for a guest: listens where the serial port of its VM is looked for, and asks as a Modbus master does, one request at a
// time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { rtuFrame } from '../../../runtime/protocols/modbus/adu/frames.ts';
import { RtuFramer } from '../../../runtime/protocols/modbus/adu/rtu-framer.ts';

export const UNIT = 17;

const hex = (word: number) => word.toString(16).padStart(4, '0');
/** Function 3 from an address on, in hex. */
export const read = (address: number, count = 1) => `03${hex(address)}${hex(count)}`;
export const write = (address: number, value: number) => `06${hex(address)}${hex(value)}`;

export class Master {
  /** Answers that nothing waited for, in hex. */
  readonly unexpected: string[] = [];
  readonly #path: string;
  readonly #framer: RtuFramer;
  #server: Server | undefined;
  #socket: Socket | undefined;
  #plugged = Promise.withResolvers<void>();
  #answered: PromiseWithResolvers<string> | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#framer = new RtuFramer('answers', (bytes, start, end) => {
      const pdu = Buffer.from(bytes.slice(start + 1, end - 2)).toString('hex');
      if (this.#answered === undefined) this.unexpected.push(pdu);
      this.#answered?.resolve(pdu);
      this.#answered = undefined;
    });
  }

  /** Switches the machine on. */
  async on(): Promise<this> {
    await mkdir(dirname(this.#path), { recursive: true });
    await rm(this.#path, { force: true });
    this.#server = createServer(socket => this.#plug(socket)).listen(this.#path);
    await once(this.#server, 'listening');
    return this;
  }

  /** Resolves when a line is connected. */
  async plugged(): Promise<void> {
    await this.#plugged.promise;
  }

  /** Switches the machine off, in the middle of whatever it does. */
  async off(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    this.#socket?.destroy();
    await closed;
    await rm(this.#path, { force: true });
  }

  /** @param pdu  in hex @returns the answer's PDU in hex @throws Error when the line is pulled out before it comes */
  async ask(pdu: string, unit = UNIT): Promise<string> {
    await this.plugged();
    const answered = Promise.withResolvers<string>();
    this.#answered = answered;
    this.#say(pdu, unit);
    return answered.promise;
  }

  /** Says something that no answer is waited for. */
  async tell(pdu: string, unit = UNIT): Promise<void> {
    await this.plugged();
    this.#say(pdu, unit);
  }

  #say(pdu: string, unit: number): void {
    assert.ok(this.#socket, 'somebody owns the line');
    this.#socket.write(rtuFrame(unit, Buffer.from(pdu, 'hex')));
  }

  /** The newest connection counts: what was asked over the one before is not answered any more. */
  #plug(socket: Socket): void {
    this.#socket?.destroy();
    this.#pulledOut();
    this.#socket = socket;
    this.#framer.idle();
    socket.on('error', () => {});
    socket.on('data', bytes => this.#framer.push(bytes));
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#plugged = Promise.withResolvers();
      this.#pulledOut();
    });
    this.#plugged.resolve();
  }

  #pulledOut(): void {
    this.#answered?.reject(new Error('the line was pulled out'));
    this.#answered = undefined;
  }
}
