// A CAN interface that comes back: when it goes, as an adapter on USB does, it is opened again as soon as there is one of its name.
import type { Host } from '../../../host/host.ts';
import { isGatewrightError, messageOf } from '../../../model/errors.ts';
import { loadPackage, type SocketCanPackage } from './package.ts';
import { type SocketCanCounters, SocketCanPort } from './port.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** The package does not always tell that an interface is gone, and who only listens sends nothing that is refused. */
const LOOK_EVERY_MS = 2_000;

export interface SteadyEars {
  /** @param frame  16 or 72 bytes; may be read until this returns */
  readonly frame: (frame: Uint8Array) => void;
  /** The interface went: why. `undefined`: it is back. */
  readonly changed: (why: string | undefined) => void;
}

export interface SteadyOptions {
  /** Gives the package; default: the installed one. */
  readonly load?: () => SocketCanPackage;
  /** Calls back later; default: a timer of the process. @returns how to cancel */
  readonly after?: (ms: number, call: () => void) => () => void;
}

export class SteadySocketCan {
  /** Frames that were to be sent while there was no interface. */
  unplugged = 0;
  readonly #host: Host;
  readonly #name: string;
  readonly #ears: SteadyEars;
  readonly #load: () => SocketCanPackage;
  readonly #after: (ms: number, call: () => void) => () => void;
  /** Of the interfaces before. */
  #past: SocketCanCounters = { received: 0, sent: 0, malformed: 0, refused: 0, errors: 0 };
  #port: SocketCanPort | undefined;
  #pause = FIRST_PAUSE_MS;
  #cancel: () => void = () => {};
  #closed = false;

  private constructor(host: Host, name: string, ears: SteadyEars, { load, after }: SteadyOptions) {
    this.#host = host;
    this.#name = name;
    this.#ears = ears;
    this.#load = load ?? loadPackage;
    this.#after = after ?? startTimer;
  }

  /** Opens an interface that must be there now. @throws GatewrightError as SocketCanPort.open does */
  static async open(host: Host, name: string, ears: SteadyEars, options: SteadyOptions = {}): Promise<SteadySocketCan> {
    const steady = new SteadySocketCan(host, name, ears, options);
    await steady.#open();
    return steady;
  }

  /** Of all interfaces that had the name, one after the other. */
  get counters(): Readonly<SocketCanCounters> {
    return this.#port === undefined ? this.#past : added(this.#past, this.#port.counters);
  }

  /** Sends a frame; never waits. @returns false when it was not sent */
  send(frame: Uint8Array): boolean {
    if (this.#port !== undefined) return this.#port.send(frame);
    this.unplugged += 1;
    return false;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#port?.close();
  }

  async #open(): Promise<void> {
    const ears = { frame: this.#ears.frame, ended: (why: string) => this.#ended(why) };
    const port = await SocketCanPort.open(this.#host, this.#name, ears, this.#load);
    this.#port = port;
    this.#pause = FIRST_PAUSE_MS;
    // It was closed while it opened.
    if (this.#closed) port.close();
    else this.#lookLater(port);
  }

  #lookLater(port: SocketCanPort): void {
    this.#cancel = this.#after(LOOK_EVERY_MS, () => {
      void port.look().then(() => {
        if (this.#port === port && !this.#closed) this.#lookLater(port);
      });
    });
  }

  #ended(why: string): void {
    this.#past = this.counters;
    this.#port = undefined;
    this.#cancel();
    if (this.#closed) return;
    this.#ears.changed(why);
    this.#openLater();
  }

  #openLater(): void {
    this.#cancel = this.#after(this.#pause, () => void this.#openAgain());
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  async #openAgain(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      // Not there yet, or down: nothing to tell that was not told. Anything else is told once more.
      if (!isGatewrightError(error)) this.#ears.changed(messageOf(error));
      if (!this.#closed) this.#openLater();
      return;
    }
    if (!this.#closed) this.#ears.changed(undefined);
  }
}

function added(one: SocketCanCounters, other: SocketCanCounters): SocketCanCounters {
  return {
    ...{ received: one.received + other.received, sent: one.sent + other.sent, errors: one.errors + other.errors },
    ...{ malformed: one.malformed + other.malformed, refused: one.refused + other.refused },
  };
}

function startTimer(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
