// The secrets of one gateway: a file each in a folder of its state, for its own user only. What a flow, a plan or a status has
// of a secret is its name.
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewrightError } from '../model/errors.ts';
import { quoted } from '../model/plain-text.ts';
import { SECRET_NAME, SECRET_NAME_RULE, type Secrets } from '../model/secrets.ts';
import { ioError, listFolder, readText, removePath, removeUnfinishedOf, replaceFile } from './local-files.ts';
import { makeFolder } from './local-socket.ts';

/** Room for a private key with all certificates of its chain. */
export const MOST_SECRET_BYTES = 65_536;
/** No file of a secret is being written for so long. */
const WRITTEN_WITHIN_MS = 60_000;

export class SecretStore {
  readonly #folder: string;

  /** @param stateDirectory  of the gateway's agent, see `DriverWorld.sharedDirectory` */
  constructor(stateDirectory: string) {
    this.#folder = join(stateDirectory, 'secrets');
  }

  /** Reads anew each time, so that a secret can be changed while it is in use. Rejects with GW_HOST_IO when it cannot. */
  readonly get: Secrets = async name => {
    if (!SECRET_NAME.test(name)) return undefined;
    return readText(this.#path(name));
  };

  /**
   * Stores a secret in place of one of the same name; whoever reads it meanwhile gets the one or the other.
   * @throws GatewrightError GW_SECRET_UNFIT, GW_HOST_IO; neither has anything of the secret
   */
  async set(name: string, secret: string): Promise<void> {
    if (!SECRET_NAME.test(name)) throw unfitName(name);
    const problem = problemOf(secret);
    if (problem !== undefined)
      throw new GatewrightError('GW_SECRET_UNFIT', `the secret ${problem}; nothing was stored, give another one`);
    await this.#makeFolder();
    await removeUnfinishedOf(this.#folder, WRITTEN_WITHIN_MS);
    await replaceFile(this.#path(name), secret);
  }

  /** Names of all secrets, sorted. @throws GatewrightError GW_HOST_IO */
  async list(): Promise<readonly string[]> {
    return (await listFolder(this.#folder)).filter(name => SECRET_NAME.test(name));
  }

  /** @returns whether there was one @throws GatewrightError GW_SECRET_UNFIT, GW_HOST_IO */
  async remove(name: string): Promise<boolean> {
    if (!SECRET_NAME.test(name)) throw unfitName(name);
    const there = (await this.list()).includes(name);
    await removePath(this.#path(name));
    return there;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #makeFolder(): Promise<void> {
    await makeFolder(this.#folder, 0o700);
    try {
      // One that was there may have been made by hand.
      await chmod(this.#folder, 0o700);
    } catch (cause) {
      throw ioError('set the rights of', this.#folder, cause);
    }
  }
}

function problemOf(secret: string): string | undefined {
  if (secret === '') return 'is empty';
  if (secret.includes('\0')) return 'has a zero character';
  return Buffer.byteLength(secret) > MOST_SECRET_BYTES ? `is longer than ${MOST_SECRET_BYTES} bytes` : undefined;
}

function unfitName(name: string): GatewrightError {
  const message = `${quoted(name)} cannot be the name of a secret; ${SECRET_NAME_RULE.toLowerCase()}`;
  return new GatewrightError('GW_SECRET_UNFIT', message);
}
