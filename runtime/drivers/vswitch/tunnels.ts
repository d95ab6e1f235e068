// The sockets between gateways: one for each tunnel address, shared by all segments that leave by it.
import type { Host } from '../../host/host.ts';
import type { UnderlayEnd } from '../../host/underlay.ts';
import { TunnelDemux } from '../../switch/tunnel/demux.ts';

interface Line {
  readonly demux: TunnelDemux;
  readonly end: UnderlayEnd;
  users: number;
}

/** A segment's use of a line. */
export interface Lease {
  readonly demux: TunnelDemux;
  readonly end: UnderlayEnd;
  /** The last one to let go closes the socket. */
  release(): Promise<void>;
}

export class Tunnels {
  readonly #host: Host;
  readonly #lines = new Map<string, Line>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Not to be called again before it is done. @throws GatewrightError GW_HOST_IO when the address is in use */
  async lease(address: string): Promise<Lease> {
    const line = this.#lines.get(address) ?? (await this.#open(address));
    line.users += 1;
    return {
      demux: line.demux,
      end: line.end,
      release: async () => {
        line.users -= 1;
        if (line.users > 0) return;
        this.#lines.delete(address);
        await line.end.close();
      },
    };
  }

  async #open(address: string): Promise<Line> {
    const demux = new TunnelDemux();
    const end = await this.#host.underlay.open(address, (peer, datagram) => demux.receive(peer, datagram));
    const line = { demux, end, users: 0 };
    this.#lines.set(address, line);
    return line;
  }
}
