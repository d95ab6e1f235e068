// nftables through the spawned program. Slower than the library by the cost of a process, and it needs nothing of ours.
import { randomBytes } from 'node:crypto';
import type { Host } from '../../../host/host.ts';
import type { NftAnswer, NftRunner } from './nft-runner.ts';

/** Random, so that requests at the same time do not meet. */
const SCRATCH_FILE = /^nft-[0-9a-f]{16}\.json$/;

/** Removes input that a kill left lying. Only before the first request. */
export async function sweepScratch(host: Host, scratchDirectory: string): Promise<void> {
  for (const name of await host.list(scratchDirectory))
    if (SCRATCH_FILE.test(name)) await host.remove(`${scratchDirectory}/${name}`);
}

export function commandNft(host: Host, scratchDirectory: string): NftRunner {
  const ask = async (args: readonly string[], signal: AbortSignal | undefined): Promise<NftAnswer> => {
    const result = await host.run(['nft', ...args], signal === undefined ? {} : { signal });
    return { ok: result.code === 0, output: result.stdout, error: result.stderr };
  };
  return {
    via: 'command',
    // WHY a file: `nft -f -` opens /dev/stdin, which fails when standard input is a socket, as it is under Node.
    async run(text, signal) {
      const file = `${scratchDirectory}/nft-${randomBytes(8).toString('hex')}.json`;
      await host.writeFile(file, text);
      try {
        return await ask(['-j', '-f', file], signal);
      } finally {
        await host.remove(file);
      }
    },
    // WHY arguments: observing must not write, not even a file.
    list: (what, form, signal) => ask([form === 'json' ? '-j' : '-t', 'list', ...what], signal),
    close: async () => {},
  };
}
