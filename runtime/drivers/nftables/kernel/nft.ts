// The one way from this driver to nftables: commands in as a transaction, tables out. How it gets there is decided once, when
// the driver connects.

import type { Host } from '../../../host/host.ts';
import { type Libnftables, openLibnftables } from '../../../host/linux/libnftables.ts';
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import { commandNft, sweepScratch } from './nft-command.ts';
import type { Form, Listing, NftAnswer, NftRunner } from './nft-runner.ts';
import { readChain, readFlags, readNames, readTable } from './read.ts';
import type { Family, NftChain, NftTable } from './table.ts';
import { TAG_CHAIN } from './table.ts';
import type { Command } from './write.ts';

export interface Nft {
  readonly via: NftRunner['via'];
  /** Runs commands as one transaction. @throws GW_HOST_COMMAND_FAILED with nft's own words; nothing was changed then */
  apply(commands: readonly Command[], signal?: AbortSignal): Promise<void>;
  /** Names of all tables. */
  tables(signal?: AbortSignal): Promise<readonly Pick<NftTable, 'family' | 'name'>[]>;
  /** One table; `undefined` when there is none. Of a table with flags nothing is read but those. */
  table(family: Family, name: string, signal?: AbortSignal): Promise<NftTable | undefined>;
  /** One chain; `undefined` when there is none. */
  chain(family: Family, table: string, name: string, signal?: AbortSignal): Promise<NftChain | undefined>;
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
  await sweepScratch(host, scratchDirectory);
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
  return {
    ...library,
    run: (text, signal) => library.run(text, 'json', signal),
    // Words of a fixed set and checked names; nft's own syntax, because only that lists in both forms.
    list: (what, form, signal) => library.run(`list ${what.join(' ')}`, form, signal),
  };
}

function nftOf(runner: NftRunner): Nft {
  const list = async (what: Listing, form: Form, signal?: AbortSignal) => {
    const answer = await runner.list(what, form, signal);
    if (answer.ok) return answer.output;
    if (/No such file or directory/.test(answer.error)) return undefined;
    throw refused(answer);
  };
  const listJson = async (what: Listing, signal?: AbortSignal) => {
    const output = await list(what, 'json', signal);
    return output === undefined ? undefined : parse(output);
  };
  return {
    via: runner.via,
    async apply(commands, signal) {
      const answer = await runner.run(JSON.stringify({ nftables: commands }), signal);
      if (!answer.ok) throw refused(answer);
    },
    // WHY not JSON: up to 1.0.6 nft frees a table's flags twice when it prints them as JSON, and other people's tables
    // have flags too. In the library that would take this process with it.
    tables: async signal => readNames((await list(['tables'], 'outline', signal)) ?? ''),
    async table(family, name, signal) {
      const outline = await list(['table', family, name], 'outline', signal);
      if (outline === undefined) return undefined;
      const flags = readFlags(outline);
      if (flags.length === 0) return readTable(await listJson(['table', family, name], signal), family);
      const tag = readChain(await listJson(['chain', family, name, TAG_CHAIN], signal), TAG_CHAIN);
      return { family, name, flags, others: [], sets: [], chains: tag === undefined ? [] : [tag] };
    },
    chain: async (family, table, name, signal) =>
      readChain(await listJson(['chain', family, table, name], signal), name),
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
