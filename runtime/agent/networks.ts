// Firewalls of a gateway's networks for those who listen, over whatever driver has them. Knows no socket and no person.
import { type Address, parseAddress } from '../model/address.ts';
import type { ConversationOrder, HeardConversations } from '../model/conversation.ts';
import { GatewrightError } from '../model/errors.ts';
import type { LineTap } from '../model/line-frame.ts';
import type { Backend } from './backend.ts';
import { Holds } from './holds.ts';

export class Networks {
  readonly #backend: Backend;
  readonly #gateway: string;
  readonly #holds = new Holds();

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
    if (listen === undefined) throw this.#lacking();
    return this.#holds.open(ended => listen(policy, order, heard, ended));
  }

  /** Ends every hold. */
  close(): void {
    this.#holds.close();
  }

  #lacking(): GatewrightError {
    const { driver } = this.#backend.factsOf('policy');
    return new GatewrightError(
      'GW_KIND_UNSUPPORTED',
      `driver ${driver} carries no packets to learn from; learn from a recording, or choose the back end embedded or linux in the gateway node`,
    );
  }
}
