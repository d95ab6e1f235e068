// Firewalls of a gateway's networks and cards of its VMs for those who listen, over whatever driver has them. Knows no socket and no person.
import { type Address, parseAddress } from '../model/address.ts';
import type { ConversationOrder, HeardConversations } from '../model/conversation.ts';
import { GatewrightError } from '../model/errors.ts';
import type { LineTap } from '../model/line-frame.ts';
import type { HeardPortFrames, PortOrder } from '../model/port-frame.ts';
import type { Backend } from './backend.ts';
import { Holds } from './holds.ts';

/** At once; each holds what it hears until it is told, and on Linux two processes. */
const MOST_TAPPED_PORTS = 8;

export class Networks {
  readonly #backend: Backend;
  readonly #gateway: string;
  readonly #holds = new Holds();
  #tapped = 0;

  constructor(backend: Backend, gateway: string) {
    this.#backend = backend;
    this.#gateway = gateway;
  }

  /** See `Agent.conversations`. */
  async conversations(
    policy: Address<'policy'>,
    order: ConversationOrder,
    heard: HeardConversations,
  ): Promise<LineTap> {
    const parts = parseAddress(policy);
    if (parts?.kind !== 'policy' || parts.gateway !== this.#gateway)
      throw new GatewrightError(
        'GW_ADDRESS_UNKNOWN',
        `${policy} is no policy of ${this.#gateway}; name one of its policies`,
      );
    const handle = this.#backend.handle('policy');
    const listen = handle.conversations?.bind(handle);
    if (listen === undefined) throw this.#lacking('policy', 'learn from; learn from a recording, or');
    return this.#holds.open(ended => listen(policy, order, heard, ended));
  }

  /** See `Agent.tapPort`. */
  async tapPort(port: Address<'port'>, order: PortOrder, heard: HeardPortFrames): Promise<LineTap> {
    const parts = parseAddress(port);
    if (parts?.kind !== 'port' || parts.gateway !== this.#gateway)
      throw new GatewrightError(
        'GW_ADDRESS_UNKNOWN',
        `${port} is no card of a VM of ${this.#gateway}; name one as port.${this.#gateway}/VM.CARD`,
      );
    const handle = this.#backend.handle('port');
    const open = handle.tapPort?.bind(handle);
    if (open === undefined) throw this.#lacking('port', 'record;');
    if (this.#tapped >= MOST_TAPPED_PORTS)
      throw new GatewrightError(
        'GW_CAPTURES_FULL',
        `${this.#tapped} cards of ${this.#gateway} are being recorded; wait until one recording has ended`,
      );
    this.#tapped += 1;
    try {
      const tap = await this.#holds.open(ended => open(port, order, heard, ended));
      void tap.ended.then(() => {
        this.#tapped -= 1;
      });
      return tap;
    } catch (error) {
      this.#tapped -= 1;
      throw error;
    }
  }

  /** Ends every hold. */
  close(): void {
    this.#holds.close();
  }

  /** @param what  cannot be done with packets that are not there, and what can */
  #lacking(kind: 'policy' | 'port', what: string): GatewrightError {
    const { driver } = this.#backend.factsOf(kind);
    return new GatewrightError(
      'GW_KIND_UNSUPPORTED',
      `driver ${driver} carries no packets to ${what} choose the back end embedded or linux in the gateway node`,
    );
  }
}
