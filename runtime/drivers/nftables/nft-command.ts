// nftables through the spawned program. Slower than the library by the cost of a process, and it needs nothing of ours.
import { randomBytes } from 'node:crypto';
import type { Host } from '../../host/host.ts';
import type { NftRunner } from './nft.ts';

/** WHY a file: `nft -f -` opens /dev/stdin, which fails when standard input is a socket, as it is under Node. */
export function commandNft(host: Host, scratchDirectory: string): NftRunner {
  return {
    via: 'command',
    async run(text, signal) {
      const file = `${scratchDirectory}/nft-${randomBytes(8).toString('hex')}.json`;
      await host.writeFile(file, text);
      try {
        const options = signal === undefined ? {} : { signal };
        const { code, stdout, stderr } = await host.run(['nft', '-j', '-f', file], options);
        return { ok: code === 0, output: stdout, error: stderr };
      } finally {
        await host.remove(file);
      }
    },
    close: async () => {},
  };
}
