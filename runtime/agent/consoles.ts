// Consoles and power of the VMs of one gateway, over whatever driver has them. Knows no socket and no person.
import { type Address, parseAddress } from '../model/address.ts';
import { type ConsoleLine, type ConsoleSession, MOST_TYPED_BYTES, type PowerAction } from '../model/console.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Backend } from './backend.ts';

export class Consoles {
  readonly #backend: Backend;
  readonly #gateway: string;
  readonly #sessions = new Set<ConsoleSession>();

  constructor(backend: Backend, gateway: string) {
    this.#backend = backend;
    this.#gateway = gateway;
  }

  /** See `Agent.console`. @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED */
  async open(address: Address<'vm'>, said: (bytes: Uint8Array) => void): Promise<ConsoleSession> {
    const handle = this.#handle(address);
    if (handle.console === undefined) throw this.#lacking('consoles');
    const line = await handle.console(address);
    if (line === undefined) throw unknown(address, `there is no VM ${address} now; apply it first`);
    const session = sessionOf(line, said, ended => this.#sessions.delete(ended));
    this.#sessions.add(session);
    return session;
  }

  /** See `Agent.power`. @throws GatewrightError GW_ADDRESS_UNKNOWN, GW_KIND_UNSUPPORTED */
  async power(address: Address<'vm'>, action: PowerAction): Promise<void> {
    const handle = this.#handle(address);
    if (handle.power === undefined) throw this.#lacking('power switches');
    await handle.power(address, action);
  }

  /** Ends every session. */
  close(): void {
    for (const session of [...this.#sessions]) session.close();
  }

  #handle(address: Address<'vm'>) {
    const parts = parseAddress(address);
    if (parts?.kind !== 'vm' || parts.gateway !== this.#gateway)
      throw unknown(address, `${address} is no VM of ${this.#gateway}; name one of its VMs`);
    return this.#backend.handle('vm');
  }

  #lacking(what: string): GatewrightError {
    const { driver } = this.#backend.factsOf('vm');
    return new GatewrightError('GW_KIND_UNSUPPORTED', `driver ${driver} has no ${what}; use what comes with it`);
  }
}

function unknown(address: Address, message: string): GatewrightError {
  return new GatewrightError('GW_ADDRESS_UNKNOWN', message, { address });
}

function sessionOf(
  line: ConsoleLine,
  said: (bytes: Uint8Array) => void,
  onEnd: (session: ConsoleSession) => void,
): ConsoleSession {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  said(line.history());
  const stop = line.listen(said);
  let open = true;
  const session: ConsoleSession = {
    ended,
    write(bytes) {
      refuseLong(bytes);
      if (open) line.write(bytes);
    },
    close() {
      open = false;
      stop();
      onEnd(session);
      resolve();
    },
  };
  return session;
}

/** @throws GatewrightError GW_AGENT_REQUEST when more is typed at once than may be */
export function refuseLong(bytes: Uint8Array): void {
  if (bytes.length > MOST_TYPED_BYTES)
    throw new GatewrightError(
      'GW_AGENT_REQUEST',
      `at most ${MOST_TYPED_BYTES} bytes are typed at once; type the rest afterwards`,
    );
}
