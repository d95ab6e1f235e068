// The part of the npm package socketcan that we use, in the words of its code [4.3.1, native/can.cc].
import { createRequire } from 'node:module';
import { GatewrightError } from '../../../model/errors.ts';

export interface ReceivedMessage {
  readonly id: number;
  readonly ext?: boolean;
  readonly rtr?: boolean;
  /** An error frame of the controller. */
  readonly err?: boolean;
  readonly data: Uint8Array;
}

export interface RawChannel {
  addListener(event: 'onMessage', call: (message: ReceivedMessage) => void): unknown;
  addListener(event: 'onStopped', call: () => void): unknown;
  start(): unknown;
  stop(): unknown;
  /** @returns bytes, or -1: there is no room, or the interface is down or gone */
  send(message: object): number;
  sendFD(message: object): number;
}

export interface SocketCanPackage {
  createRawChannelWithOptions(name: string, options: object): RawChannel;
}

/** Loads the package, which is there only where it could be built. @throws GatewrightError GW_HOST_PROGRAM_MISSING */
export function loadPackage(require: (name: string) => unknown = createRequire(import.meta.url)): SocketCanPackage {
  try {
    return require('socketcan') as SocketCanPackage;
  } catch (cause) {
    const advice =
      'install make, g++ and python3, then the npm packages again; an adapter at a serial line needs none of it';
    throw new GatewrightError('GW_HOST_PROGRAM_MISSING', `the npm package socketcan is not built; ${advice}`, {
      cause,
    });
  }
}
