// Field lines of one gateway for those who ask and listen, over whatever driver has them. Knows no socket and no person.
import { type Address, parseAddress } from '../model/address.ts';
import { MOST_ASKED_BYTES } from '../model/agent.ts';
import { GatewrightError } from '../model/errors.ts';
import type { HeardTraffic } from '../model/line-figures.ts';
import type { HeardFrames, LineTap } from '../model/line-frame.ts';
import type { Backend } from './backend.ts';
import { Holds } from './holds.ts';
import { lookAtTraffic } from './traffic.ts';

export class Lines {
  readonly #backend: Backend;
  readonly #gateway: string;
  readonly #holds = new Holds();

  constructor(backend: Backend, gateway: string) {
    this.#backend = backend;
    this.#gateway = gateway;
  }

  /** See `Agent.ask`. */
  async ask(line: Address<'line'>, request: Uint8Array): Promise<Uint8Array> {
    const handle = this.#handle(line);
    if (request.length === 0 || request.length > MOST_ASKED_BYTES)
      throw new GatewrightError(
        'GW_AGENT_REQUEST',
        `a request has 1 to ${MOST_ASKED_BYTES} bytes; correct the message`,
      );
    if (handle.ask === undefined) throw this.#lacking();
    return handle.ask(line, request);
  }

  /** See `Agent.tap`. */
  async tap(line: Address<'line'>, heard: HeardFrames): Promise<LineTap> {
    const handle = this.#handle(line);
    const open = handle.tap?.bind(handle);
    if (open === undefined) throw this.#lacking();
    return this.#holds.open(ended => open(line, heard, ended));
  }

  /** See `Agent.traffic`. */
  async traffic(heard: HeardTraffic): Promise<LineTap> {
    const look = lookAtTraffic(this.#backend);
    if (look === undefined) throw this.#lacking();
    return this.#holds.open(ended => look(heard, ended));
  }

  /** Ends every tap. */
  close(): void {
    this.#holds.close();
  }

  #handle(line: Address<'line'>) {
    const parts = parseAddress(line);
    if (parts?.kind !== 'line' || parts.gateway !== this.#gateway)
      throw new GatewrightError('GW_ADDRESS_UNKNOWN', `${line} is no bus of ${this.#gateway}; name one of its buses`);
    return this.#backend.handle('line');
  }

  #lacking(): GatewrightError {
    const { driver } = this.#backend.factsOf('line');
    return new GatewrightError(
      'GW_KIND_UNSUPPORTED',
      `driver ${driver} carries nothing over its buses; choose the back end embedded or linux in the gateway node`,
    );
  }
}
