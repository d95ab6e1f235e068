// A VM's port on a line that carries messages: a stream on which both ends say JSON, one object a line. The VM may be there
// later, go, and come back. One that does not read loses what does not fit its queue, and holds nobody else up.
import type { Socket } from 'node:net';
import type { WireFigures } from '../model/line-figures.ts';
import { LineCutter, readLine } from './json-lines.ts';
import { VmSocket } from './vm-socket.ts';

/** What became of something that a VM said. */
export type Became = 'passed' | 'denied' | 'dropped' | 'malformed';

export interface JsonPortOptions {
  /** Unix stream socket that leads to the serial port of the VM. */
  readonly path: string;
  /** Longest line that the VM may say, in bytes without its end. */
  readonly lineBytes: number;
  /** Bytes that may wait for a VM that does not read; one line may always. */
  readonly queueBytes: number;
  /**
   * The VM said something. Nothing more is read from it until this has ended.
   * @param gone  aborted when the VM is not there any more: then it must end
   */
  readonly said: (value: unknown, gone: AbortSignal) => Became | Promise<Became>;
  /** The VM is there, or there again: it can be told something from now on. */
  readonly plugged?: () => void;
}

export type Counts = { -readonly [K in keyof WireFigures]: WireFigures[K] };

export const noCounts = (): Counts => ({ frames: 0, bytes: 0, denied: 0, dropped: 0, malformed: 0 });

export class JsonPort {
  readonly #options: JsonPortOptions;
  readonly #in = noCounts();
  readonly #out = noCounts();
  readonly #vm: VmSocket;

  /** Starts to connect. */
  constructor(options: JsonPortOptions) {
    this.#options = options;
    const connected = (socket: Socket, closed: Promise<void>) => {
      const gone = new AbortController();
      void closed.then(() => gone.abort());
      void this.#read(socket, gone.signal);
    };
    this.#vm = new VmSocket(options.path, connected, options.plugged);
  }

  /** Resolves when it was tried once to connect. */
  get tried(): Promise<void> {
    return this.#vm.tried;
  }

  /** Whether something of the VM listens. */
  get plugged(): boolean {
    return this.#vm.socket !== undefined;
  }

  /** What the VM said. Each line is a frame, also one of which nothing became. */
  get in(): WireFigures {
    return this.#in;
  }

  /** What the VM was told. Offered = frames + dropped + what waits. */
  get out(): WireFigures {
    return this.#out;
  }

  /** Tells the VM. @param line  with its end; must not change any more @returns whether there was room */
  say(line: Uint8Array): boolean {
    const { socket } = this.#vm;
    if (socket === undefined || !this.#fits(socket.writableLength, line.length)) {
      this.#out.dropped += 1;
      return false;
    }
    socket.write(line, error => {
      if (error) {
        this.#out.dropped += 1;
        return;
      }
      this.#out.frames += 1;
      this.#out.bytes += line.length;
    });
    return true;
  }

  /** Something was not for the VM to hear. */
  withhold(): void {
    this.#out.denied += 1;
  }

  /** Ends the connection and makes no other. Never rejects. */
  close(): Promise<void> {
    return this.#vm.close();
  }

  /** WHY always when nothing waits: a line that is longer than the queue would never be said. */
  #fits(waits: number, length: number): boolean {
    return waits === 0 || waits + length <= this.#options.queueBytes;
  }

  async #read(socket: Socket, gone: AbortSignal): Promise<void> {
    const cutter = new LineCutter(this.#options.lineBytes);
    try {
      for await (const chunk of socket as AsyncIterable<Uint8Array>)
        for (const line of cutter.cut(chunk)) {
          const became = this.#take(line, gone);
          this.#count(typeof became === 'string' ? became : await became);
        }
    } catch {
      // It broke off; whoever keeps it open is told by its end.
    }
    socket.destroy();
  }

  #take(line: Uint8Array | undefined, gone: AbortSignal): Became | Promise<Became> {
    this.#in.frames += 1;
    this.#in.bytes += line?.length ?? 0;
    const value = line === undefined ? undefined : readLine(line);
    return value === undefined ? 'malformed' : this.#options.said(value, gone);
  }

  #count(became: Became): void {
    if (became !== 'passed') this.#in[became] += 1;
  }
}
