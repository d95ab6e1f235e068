// The network between gateways, for back ends without a kernel's tunnels: UDP datagrams from one tunnel address to
// another. Where this machine has the address, they really travel there [RFC 7348: port 4789]. Where it has not, as on a
// laptop that draws two gateways, they travel over the loopback between the gateways of this process.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { GatewrightError, messageOf } from '../model/errors.ts';

/** The port of VXLAN, at every gateway. */
export const UNDERLAY_PORT = 4789;
const LOOPBACK = '127.0.0.1';

/** @param datagram  may be read only until the call returns */
export type ReceiveDatagram = (peer: string, datagram: Uint8Array) => void;

export interface UnderlayEnd {
  /** `network`: datagrams leave this machine. `loopback`: they stay in this process, for want of a card with the address. */
  readonly kind: 'network' | 'loopback';
  readonly counters: Readonly<UnderlayCounters>;
  /**
   * Sends without waiting; a datagram may be lost, as on any network.
   * @param peer      tunnel address of the other gateway
   * @param datagram  copied, so the caller may use it again at once
   */
  send(peer: string, datagram: Uint8Array): void;
  close(): Promise<void>;
}

export interface UnderlayCounters {
  sent: number;
  received: number;
  /** Not sent: nobody has that address, or the system refused. */
  failed: number;
  /** Received from somebody who is no gateway's tunnel end, and not handed on. */
  strangers: number;
}

export interface Underlay {
  /**
   * Opens the end of one gateway.
   * @param address  its tunnel address; one end at a time
   * @throws GatewrightError GW_HOST_IO when the address is in use
   */
  open(address: string, receive: ReceiveDatagram): Promise<UnderlayEnd>;
}

export interface UnderlayOptions {
  /** IPv4 addresses of this machine's cards. */
  readonly addresses?: () => readonly string[];
}

/** An underlay; the ends opened through one reach each other over the loopback. */
export function createUnderlay({ addresses = ownAddresses }: UnderlayOptions = {}): Underlay {
  /** Ports of the ends on the loopback, by tunnel address; `undefined` until the system has given one. */
  const ends = new Map<string, number | undefined>();
  return {
    async open(address, receive) {
      if (ends.has(address)) throw inUse(address, 'a gateway of this process has it');
      if (addresses().includes(address)) return openNetwork(address, receive);
      ends.set(address, undefined);
      try {
        return await openLoopback(address, ends, receive);
      } catch (error) {
        ends.delete(address);
        throw error;
      }
    },
  };
}

async function openNetwork(address: string, receive: ReceiveDatagram): Promise<UnderlayEnd> {
  const socket = await bind(address, UNDERLAY_PORT);
  return serve(socket, 'network', {
    // Its sender's port says nothing: a kernel chooses it by what is inside [RFC 7348 section 5].
    senderOf: from => from.address,
    targetOf: peer => ({ host: peer, port: UNDERLAY_PORT }),
    receive,
  });
}

async function openLoopback(
  address: string,
  ends: Map<string, number | undefined>,
  receive: ReceiveDatagram,
): Promise<UnderlayEnd> {
  const socket = await bind(LOOPBACK, 0);
  ends.set(address, socket.address().port);
  const end = serve(socket, 'loopback', {
    senderOf: from => [...ends].find(([, port]) => port === from.port)?.[0],
    targetOf(peer) {
      const port = ends.get(peer);
      return port === undefined ? undefined : { host: LOOPBACK, port };
    },
    receive,
  });
  return {
    ...end,
    close() {
      ends.delete(address);
      return end.close();
    },
  };
}

interface Directory {
  readonly senderOf: (from: RemoteInfo) => string | undefined;
  readonly targetOf: (peer: string) => { readonly host: string; readonly port: number } | undefined;
  readonly receive: ReceiveDatagram;
}

function serve(socket: Socket, kind: UnderlayEnd['kind'], { senderOf, targetOf, receive }: Directory): UnderlayEnd {
  const counters: UnderlayCounters = { sent: 0, received: 0, failed: 0, strangers: 0 };
  let open = true;
  // A refused datagram is reported here as well on some systems; it is counted where it was sent.
  socket.on('error', () => {});
  socket.on('message', (datagram, from) => {
    const peer = senderOf(from);
    if (peer === undefined) {
      counters.strangers += 1;
      return;
    }
    counters.received += 1;
    receive(peer, datagram);
  });
  return {
    ...{ kind, counters },
    send(peer, datagram) {
      const target = open ? targetOf(peer) : undefined;
      if (target === undefined) {
        counters.failed += 1;
        return;
      }
      socket.send(Buffer.from(datagram), target.port, target.host, error => {
        counters[error === null ? 'sent' : 'failed'] += 1;
      });
    },
    async close() {
      if (!open) return;
      open = false;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

async function bind(host: string, port: number): Promise<Socket> {
  // Peers are addresses, never names; the usual look-up would only put off every datagram.
  const socket = createSocket({ type: 'udp4', lookup: (name, _options, done) => done(null, name, 4) });
  try {
    // Listened for before it is asked for: without a look-up it may happen at once.
    const listening = once(socket, 'listening');
    socket.bind(port, host);
    await listening;
    return socket;
  } catch (cause) {
    socket.close();
    throw inUse(`${host}:${port}`, messageOf(cause));
  }
}

function inUse(address: string, why: string): GatewrightError {
  return new GatewrightError('GW_HOST_IO', `the tunnel end ${address} cannot be opened: ${why}`);
}

function ownAddresses(): readonly string[] {
  const cards = Object.values(networkInterfaces()).flatMap(entries => entries ?? []);
  return cards.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
}
