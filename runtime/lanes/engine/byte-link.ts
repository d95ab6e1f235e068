// What a port of plain TypeScript reads from and writes to: anything that Node gives as a stream or a datagram socket, which
// whoever opens the port injects.
import type { Socket } from 'node:dgram';
import type { Duplex } from 'node:stream';

export interface LinkEvents {
  /** Bytes came, or one datagram. Valid until it returns. */
  received(bytes: Uint8Array): void;
  /** There is room to write again. */
  writable(): void;
  /** The link ended, by its peer or by a fault. Nothing comes any more. */
  ended(why: string): void;
}

export interface ByteLink {
  /** Begins to hand over what comes. Called once. */
  open(events: LinkEvents): void;
  /** Takes bytes, or one datagram, which are then its own. @returns false when there is no room for more now */
  write(bytes: Uint8Array): boolean;
  /** Stops reading, so that the kernel pushes back; a link of datagrams lets them go. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** A stream: unix or TCP socket, serial line, pseudo-terminal. */
export function streamLink(stream: Duplex): ByteLink {
  return {
    open({ received, writable, ended }) {
      let why = 'the peer closed it';
      stream.on('data', received);
      stream.on('drain', writable);
      stream.on('error', error => {
        why = error.message;
      });
      stream.once('end', () => stream.destroy());
      stream.once('close', () => ended(why));
    },
    write: bytes => stream.writable && stream.write(bytes),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    close: () =>
      new Promise(resolve => {
        if (stream.closed) resolve();
        else stream.once('close', () => resolve()).destroy();
      }),
  };
}

/** A UDP socket, connected to its peer; or bound, with where to send. */
export function datagramLink(socket: Socket, peer?: { readonly address: string; readonly port: number }): ByteLink {
  let isOpen = true;
  return {
    open({ received, ended }) {
      socket.on('message', received);
      // A peer that is not there yet is told about by errors; datagrams are lost then, as always.
      socket.on('error', () => {});
      socket.once('close', () => {
        isOpen = false;
        ended('it was closed');
      });
    },
    write(bytes) {
      if (!isOpen) return false;
      // WHY nobody is called back: it costs as much as the datagram, and what failed is lost anyway.
      if (peer === undefined) socket.send(bytes);
      else socket.send(bytes, peer.port, peer.address);
      return true;
    },
    pause: () => {},
    resume: () => {},
    close: () =>
      new Promise(resolve => {
        if (!isOpen) resolve();
        else socket.once('close', () => resolve()).close();
      }),
  };
}
