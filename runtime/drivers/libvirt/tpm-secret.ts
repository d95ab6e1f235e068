// With what the state of the TPMs of all guests of a gateway is encrypted on the disk: a key in a file for the agent alone, handed
// to libvirt as a secret that it keeps in memory only and tells nobody.
import { createHash, randomBytes } from 'node:crypto';
import type { Host } from '../../host/host.ts';
import type { Name } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { CallOptions, RpcConnection } from './rpc/connection.ts';
import { isRefusal, REFUSAL_CODE } from './rpc/refusal.ts';
import { defineSecret, setSecretValue, USAGE, undefineSecret } from './rpc/secrets.ts';
import { formatXml } from './xml.ts';

const KEY = /^[0-9a-f]{64}$/;

export class TpmSecret {
  readonly #host: Host;
  readonly #path: string;
  readonly #gateway: Name;
  /** The key is made, given and forgotten by one at a time: VMs that are made together have to get the same one. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param stateDirectory  of the driver */
  constructor(host: Host, stateDirectory: string, gateway: Name) {
    this.#host = host;
    this.#path = `${stateDirectory}/tpm.key`;
    this.#gateway = gateway;
  }

  /**
   * Lets libvirt have the secret, which a new start of libvirt has forgotten.
   * @returns its UUID, for domains
   * @throws GatewrightError GW_HOST_IO, GW_HOST_UNEXPECTED when the file is not a key
   */
  give(rpc: RpcConnection, options?: CallOptions): Promise<string> {
    return this.#inTurn(async () => {
      const key = await this.#key();
      const xml = formatXml({
        secret: {
          ...{ '@ephemeral': 'yes', '@private': 'yes', uuid: this.#uuid() },
          usage: { '@type': 'vtpm', name: this.#usage() },
        },
      });
      await setSecretValue(rpc, await defineSecret(rpc, xml, options), key, options);
      return this.#uuid();
    });
  }

  /** Forgets it for good, unless it is wanted. @param isWanted  asked while nobody is given it */
  forgetUnless(isWanted: () => Promise<boolean>, rpc: RpcConnection, options?: CallOptions): Promise<void> {
    return this.#inTurn(async () => {
      if ((await this.#host.readFile(this.#path)) === undefined || (await isWanted())) return;
      const uuid = Buffer.from(this.#uuid().replaceAll('-', ''), 'hex');
      await undefineSecret(rpc, { uuid, usage: USAGE.vtpm, name: this.#usage() }, options).catch((error: unknown) => {
        if (!isRefusal(error, REFUSAL_CODE.noSecret)) throw error;
      });
      await this.#host.remove(this.#path);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined); // told to whoever asked for it
    return done;
  }

  /** As text: whoever decrypts reads it as a passphrase. */
  async #key(): Promise<Buffer> {
    const kept = await this.#host.readFile(this.#path);
    if (kept === undefined) {
      const key = randomBytes(32).toString('hex');
      await this.#host.writeFile(this.#path, key);
      return Buffer.from(key);
    }
    if (!KEY.test(kept))
      throw new GatewrightError(
        'GW_HOST_UNEXPECTED',
        `${this.#path} is not the key that it was; bring it back, or no TPM of a VM can be read`,
      );
    return Buffer.from(kept);
  }

  #usage(): string {
    return `gatewright ${this.#gateway} ${this.#uuid()}`;
  }

  /** The same one for this gateway's state whenever it is asked. */
  #uuid(): string {
    const hash = createHash('sha256').update(this.#path).digest('hex');
    return hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  }
}
