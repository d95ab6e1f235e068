// The way to libvirtd for as long as the driver lives: opens a connection when one is needed, signs in, asks for events,
// and opens a new one after a loss. Knows nothing of what is asked over it.
import type { Host } from '../../host/host.ts';
import { GatewrightError } from '../../model/errors.ts';
import { EVENT, libraryVersion, listAuth, openHypervisor, registerEvents } from './rpc/calls.ts';
import { RpcConnection } from './rpc/connection.ts';
import { type LifecycleEvent, readLifecycleEvent } from './rpc/events.ts';
import type { XdrReader } from './rpc/xdr.ts';

const URI = 'qemu:///system';
const AUTH_NONE = 0;
/** Interfaces with `managed='no'` came with 5.7.0. */
const OLDEST_VERSION = 5_007_000;
/** Pause between attempts to hear events again after a loss. */
const RETRY_MS = 1_000;

/** `other`: something else that was asked for has changed. `lost`, `back`: the connection itself. */
export type LinkEvent = LifecycleEvent | 'other' | 'lost' | 'back';

export class LibvirtLink {
  readonly #host: Host;
  readonly #socketPath: string;
  readonly #events: readonly number[];
  readonly #listeners = new Set<(event: LinkEvent) => void>();
  #connection: Promise<RpcConnection> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param events  further ones of {@link EVENT} that listeners want to hear of, without what they say */
  constructor(host: Host, socketPath: string, events: readonly number[] = []) {
    this.#host = host;
    this.#events = events;
    this.#socketPath = socketPath;
  }

  /** The open connection, or a new one. @throws GW_HOST_IO, GW_HOST_UNEXPECTED */
  async connection(): Promise<RpcConnection> {
    if (this.#closed) throw new GatewrightError('GW_HOST_IO', 'the libvirt driver was closed; connect it again');
    this.#connection ??= this.#open().catch(error => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  /** Calls back for every event that was asked for, and when the connection is lost or back. Returns how to stop. */
  listen(listener: (event: LinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const connection = await this.#connection?.catch(() => undefined);
    connection?.close();
  }

  async #open(): Promise<RpcConnection> {
    const socket = await this.#dial();
    const connection = new RpcConnection(socket, {
      event: (procedure, reader) => this.#tellEvent(procedure, reader),
      lost: () => this.#onLost(),
    });
    try {
      await signIn(connection, this.#socketPath, this.#events);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async #dial() {
    try {
      return await this.#host.connect(this.#socketPath);
    } catch (cause) {
      const advice = 'start libvirtd (systemctl start libvirtd) or set libvirtSocket to where it listens';
      throw new GatewrightError('GW_HOST_IO', `libvirt does not answer at ${this.#socketPath}; ${advice}`, { cause });
    }
  }

  #tellEvent(procedure: number, reader: XdrReader): void {
    this.#tell(readLifecycleEvent(procedure, reader) ?? 'other');
  }

  #tell(event: LinkEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #onLost(): void {
    this.#connection = undefined;
    if (this.#closed) return;
    this.#tell('lost');
    this.#retryLater();
  }

  /** Events come only over an open connection, so a listener needs a new one even when nobody calls. */
  #retryLater(): void {
    clearTimeout(this.#retry);
    if (this.#closed || this.#listeners.size === 0) return;
    this.#retry = setTimeout(() => {
      this.connection().then(
        () => this.#tell('back'),
        () => this.#retryLater(),
      );
    }, RETRY_MS);
    this.#retry.unref();
  }
}

async function signIn(connection: RpcConnection, socketPath: string, events: readonly number[]): Promise<void> {
  const ways = await listAuth(connection);
  if (ways.length > 0 && !ways.includes(AUTH_NONE)) {
    const advice = 'run the agent as root, or set auth_unix_rw = "none" and a unix_sock_group in libvirtd.conf';
    throw new GatewrightError('GW_HOST_IO', `libvirt asks for a sign-in at ${socketPath}; ${advice}`);
  }
  await openHypervisor(connection, URI);
  const version = await libraryVersion(connection);
  if (version < OLDEST_VERSION)
    throw new GatewrightError('GW_HOST_UNEXPECTED', `libvirt ${version} is older than 5.7.0; install a newer one`);
  for (const event of [EVENT.lifecycle, ...events]) await registerEvents(connection, event);
}
