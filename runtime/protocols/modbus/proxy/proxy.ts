// A server in front of Modbus TCP devices that nobody addressed: where it stands, every address is its own, so that a connection
// tells by its own end which device was meant. For each it connects to that device in the client's name.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { RuleFigures } from '../../../model/line-figures.ts';
import { ProxyConnection, type RequestCounters } from './connection.ts';
import { type Ends, Judge, type ProxyLogEntry, type ProxyRules } from './judge.ts';

/** IANA's port of Modbus TCP. */
export const MODBUS_PORT = 502;
/** Connections at once; a device has seldom room for more than a handful. */
const MOST_CONNECTIONS = 256;
/** A device that is not reached in this time is not there. */
const CONNECT_MS = 10_000;
/** How soon a connection whose other end is gone is noticed. */
const KEEP_ALIVE_MS = 30_000;

export interface ProxyFigures {
  readonly connections: { readonly open: number; readonly accepted: number; readonly unreached: number };
  readonly requests: Readonly<RequestCounters>;
  readonly firewalls: readonly { readonly firewall: string; readonly rules: readonly RuleFigures[] }[];
  readonly log: readonly ProxyLogEntry[];
}

/** Where connections come from and go to; absent = as above. */
export interface ProxyPlace {
  readonly listen: { readonly host: string; readonly port: number };
  /** Opens the way to the device a client meant. */
  readonly device: (client: Socket) => Socket;
}

const EVERYWHERE: ProxyPlace = {
  listen: { host: '0.0.0.0', port: MODBUS_PORT },
  device: client =>
    connect({
      host: client.localAddress ?? '',
      port: client.localPort ?? 0,
      localAddress: client.remoteAddress ?? '',
      allowHalfOpen: true,
    }),
};

export class ModbusProxy {
  readonly #judge: Judge;
  readonly #place: ProxyPlace;
  readonly #server: Server;
  readonly #open = new Set<ProxyConnection>();
  readonly #requests: RequestCounters = { passed: 0, refused: 0, silenced: 0, malformed: 0 };
  #accepted = 0;
  #unreached = 0;

  /** @param now  Unix time in ms */
  constructor(now: () => number, place: ProxyPlace = EVERYWHERE) {
    this.#judge = new Judge(now);
    this.#place = place;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, client =>
      this.#accept(client),
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** @returns the port @throws Error when it is taken */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#place.listen, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** Takes other rules between two requests; connections go on. @throws GatewrightError GW_LINE_RULE */
  change(rules: ProxyRules): void {
    this.#judge.change(rules);
  }

  figures(): ProxyFigures {
    return {
      connections: { open: this.#open.size, accepted: this.#accepted, unreached: this.#unreached },
      requests: { ...this.#requests },
      firewalls: this.#judge.figures(),
      log: this.#judge.log(),
    };
  }

  /** Breaks every connection. */
  close(): Promise<void> {
    for (const connection of this.#open) connection.break();
    return new Promise(resolve => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const device = this.#place.device(client);
    let reached = false;
    const overdue = setTimeout(() => device.destroy(), CONNECT_MS);
    device.once('connect', () => {
      reached = true;
      clearTimeout(overdue);
    });
    device.setNoDelay(true);
    for (const socket of [client, device]) socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const ends = endsOf(client);
    const connection = new ProxyConnection(client, device, ends, this.#judge, this.#requests);
    this.#open.add(connection);
    device.once('close', () => {
      clearTimeout(overdue);
      if (!reached) this.#unreached += 1;
    });
    client.once('close', () => this.#open.delete(connection));
  }
}

/** At once: a socket that is closed does not know them any more. */
function endsOf({ remoteAddress = '', remotePort, localAddress = '', localPort }: Socket): Ends {
  return {
    ...{ client: `${remoteAddress}:${remotePort}`, device: `${localAddress}:${localPort}` },
    ...{ clientAddress: remoteAddress, deviceAddress: localAddress },
  };
}
