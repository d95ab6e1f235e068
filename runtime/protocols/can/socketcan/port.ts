// A CAN interface of the host through the npm package socketcan, guarded: the package ends the process for a message without an
// id, sends others under another id, and waits within a send when the queue is full. Slow beside reading in batches, and it does
// not mark CAN FD: a frame of FD with up to 8 bytes comes as a classic one.
import type { Host } from '../../../host/host.ts';
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import { type CanFrame, CLASSIC_BYTES, FD_BYTES, FD_LENGTHS, frameProblem, readFrame, writeFrame } from '../frame.ts';
import { loadPackage, type RawChannel, type ReceivedMessage, type SocketCanPackage } from './package.ts';
import { type CanInterface, canInterfaces, requireCanInterface } from './probe.ts';

export interface SocketCanEars {
  /** @param frame  16 or 72 bytes; may be read until this returns */
  readonly frame: (frame: Uint8Array) => void;
  /** Why the port is of no use any more: its interface is gone, or an ear threw. Not called for `close`. */
  readonly ended: (why: string) => void;
}

export interface SocketCanCounters {
  received: number;
  sent: number;
  /** Not handed on: frames that no bus carries, and of FD where the interface has none. */
  malformed: number;
  /** The kernel took the frame not: its queue is full, as with nobody else on the bus, or the interface is down. */
  refused: number;
  /** Error frames of the controller. */
  errors: number;
}

export class SocketCanPort {
  readonly counters: SocketCanCounters = { received: 0, sent: 0, malformed: 0, refused: 0, errors: 0 };
  readonly #ears: SocketCanEars;
  readonly #host: Host;
  readonly #interface: CanInterface;
  readonly #slot = new Uint8Array(FD_BYTES);
  readonly #classic = this.#slot.subarray(0, CLASSIC_BYTES);
  #channel: RawChannel | undefined;
  #looking: Promise<void> | undefined;

  private constructor(ears: SocketCanEars, host: Host, link: CanInterface) {
    this.#ears = ears;
    this.#host = host;
    this.#interface = link;
  }

  /**
   * Opens an interface.
   * @param load  gives the package; default: the installed one
   * @throws GatewrightError GW_HOST_IO: see requireCanInterface, and when the kernel refuses; GW_HOST_PROGRAM_MISSING: the
   *   package is not there
   */
  static async open(
    host: Host,
    name: string,
    ears: SocketCanEars,
    load: () => SocketCanPackage = loadPackage,
  ): Promise<SocketCanPort> {
    const port = new SocketCanPort(ears, host, await requireCanInterface(host, name));
    const { createRawChannelWithOptions } = load();
    try {
      port.#start(createRawChannelWithOptions(name, { timestamps: false, non_block_send: true }));
    } catch (cause) {
      throw new GatewrightError('GW_HOST_IO', `the CAN interface ${name} could not be opened: ${messageOf(cause)}`, {
        cause,
      });
    }
    return port;
  }

  /**
   * Sends a frame; never waits.
   * @param frame  16 or 72 bytes
   * @returns false when it was not sent; the counters tell why
   */
  send(frame: Uint8Array): boolean {
    const channel = this.#channel;
    if (frameProblem(frame) !== undefined || (frame.length === FD_BYTES && !this.#interface.fd)) {
      this.counters.malformed += 1;
      return false;
    }
    // WHY the try: an interface that is gone makes it throw.
    const sent = channel !== undefined && attempt(() => give(channel, readFrame(frame)));
    if (sent) this.counters.sent += 1;
    else this.#refused();
    return sent;
  }

  /**
   * Looks whether the interface is still there, of which the package does not always tell. One that is down may come up again;
   * the port goes on then by itself. To be called now and then; after a frame that was refused it is called anyway.
   */
  look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Frees the interface, in the next turn of the event loop; nothing is heard of it any more. */
  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel === undefined) return;
    // WHY not at once: within a call of the package its memory would be freed under it. It throws when it has stopped by itself.
    setImmediate(() => attempt(() => channel.stop() !== undefined));
  }

  #start(channel: RawChannel): void {
    channel.addListener('onMessage', message => this.#heard(message));
    channel.addListener('onStopped', () => this.#stopped());
    channel.start();
    this.#channel = channel;
  }

  #refused(): void {
    this.counters.refused += 1;
    if (this.#channel !== undefined) void this.look();
  }

  async #lookNow(): Promise<void> {
    try {
      const all = await canInterfaces(this.#host);
      if (!all.some(({ index }) => index === this.#interface.index)) this.#end('its interface is gone');
    } catch {
      // Whoever cannot look does not know that it is gone.
    }
  }

  /** WHY no close: it has stopped, and to stop it again within this call ends the process. */
  #stopped(): void {
    if (this.#channel === undefined) return;
    this.#channel = undefined;
    this.#ears.ended('its interface is gone');
  }

  #end(why: string): void {
    if (this.#channel === undefined) return;
    this.close();
    this.#ears.ended(why);
  }

  /** WHY nothing is thrown: the package makes of it the end of the process. */
  #heard(message: ReceivedMessage): void {
    if (this.#channel === undefined) return;
    try {
      this.#hear(message);
    } catch (error) {
      this.#end(messageOf(error));
    }
  }

  #hear(message: ReceivedMessage): void {
    if (message.err === true) {
      this.counters.errors += 1;
      return;
    }
    const fd = message.data.length > CLASSIC_BYTES - 8;
    const length = message.data.length;
    if (fd && !FD_LENGTHS.includes(length)) {
      this.counters.malformed += 1;
      return;
    }
    writeFrame(frameOf(message, fd), this.#slot);
    this.counters.received += 1;
    this.#ears.frame(fd ? this.#slot : this.#classic);
  }
}

function frameOf({ id, ext = false, rtr = false, data }: ReceivedMessage, fd: boolean): CanFrame {
  return { id, ext, rtr, fd, brs: false, esi: false, data: rtr ? new Uint8Array(0) : data, length: data.length };
}

/**
 * An object of its own for each frame, as the package writes into it. The sender's error state (esi) is the controller's to tell.
 * @returns whether the kernel took it
 */
function give(channel: RawChannel, { id, ext, rtr, fd, brs, data, length }: CanFrame): boolean {
  // The length of a remote frame is that of its data, which are not sent.
  const bytes = rtr ? Buffer.alloc(length) : Buffer.from(data);
  return (fd ? channel.sendFD({ id, ext, fd_brs: brs, data: bytes }) : channel.send({ id, ext, rtr, data: bytes })) > 0;
}

function attempt(act: () => boolean): boolean {
  try {
    return act();
  } catch {
    return false;
  }
}
