// The one way from this driver to nftables: JSON in, JSON out, as a transaction. How it gets there is decided once, when
// the driver connects.
import type { Host } from '../../../host/host.ts';
import { type Libnftables, openLibnftables } from '../../../host/linux/libnftables.ts';
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import { commandNft } from './nft-command.ts';
import type { Listing, NftAnswer, NftRunner } from './nft-runner.ts';
import type { Command } from './write.ts';

export interface Nft {
  readonly via: NftRunner['via'];
  /** Runs commands as one transaction. @throws GW_HOST_COMMAND_FAILED with nft's own words; nothing was changed then */
  apply(commands: readonly Command[], signal?: AbortSignal): Promise<void>;
  /** What a listing prints; `undefined` when what it names does not exist. @throws GW_HOST_COMMAND_FAILED */
  list(what: Listing, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * @param settings  `nft`: `library` (libnftables in this process), `command` (the spawned program), or `auto` (default):
 *   the library where it loads; `nftNamespace`: path of the network namespace the library works in, default this process's
 * @param scratchDirectory  where the program's input is written
 */
export async function openNft(
  host: Host,
  settings: Readonly<Record<string, string>>,
  scratchDirectory: string,
): Promise<Nft> {
  const mode = settings.nft ?? 'auto';
  if (mode === 'command') return nftOf(commandNft(host, scratchDirectory));
  try {
    return nftOf(libraryNft(await openLibnftables(settings.nftNamespace)));
  } catch (cause) {
    if (mode !== 'library') return nftOf(commandNft(host, scratchDirectory));
    const message = `libnftables does not load: ${messageOf(cause)}; install libnftables1 or set nft to command`;
    throw new GatewrightError('GW_HOST_PROGRAM_MISSING', message, { cause });
  }
}

function libraryNft(library: Libnftables): NftRunner {
  return { ...library, list: (what, signal) => library.run(JSON.stringify({ nftables: [{ list: what }] }), signal) };
}

function nftOf(runner: NftRunner): Nft {
  return {
    via: runner.via,
    async apply(commands, signal) {
      const answer = await runner.run(JSON.stringify({ nftables: commands }), signal);
      if (!answer.ok) throw refused(answer);
    },
    async list(what, signal) {
      const answer = await runner.list(what, signal);
      if (answer.ok) return parse(answer.output);
      if (/No such file or directory/.test(answer.error)) return undefined;
      throw refused(answer);
    },
    close: () => runner.close(),
  };
}

function refused(answer: NftAnswer): GatewrightError {
  const said = (answer.error.trim() || answer.output.trim()).slice(0, 500);
  return new GatewrightError('GW_HOST_COMMAND_FAILED', `nft refused: ${said}; the old rules are still in force`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `nft printed something that is not JSON: ${text.slice(0, 200)}`;
    throw new GatewrightError('GW_HOST_UNEXPECTED', message, { cause });
  }
}
