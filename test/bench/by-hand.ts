// What an apply changes on a box, done again without an engine: the same operations in the same order, one after the other,
// in one process, over connections that are open already. Nothing is read, compared, planned or written down.
import { LibvirtLink } from '../../runtime/drivers/libvirt/link.ts';
import {
  defineDomain,
  domainXml,
  listDomains,
  startDomain,
  XML_INACTIVE,
} from '../../runtime/drivers/libvirt/rpc/calls.ts';
import { type Nft, openNft } from '../../runtime/drivers/nftables/kernel/nft.ts';
import type { Command } from '../../runtime/drivers/nftables/kernel/write.ts';
import type { Host, RunOptions } from '../../runtime/host/host.ts';

/** What a careful person would have at hand. */
export interface Hand {
  readonly host: Host;
  readonly nft: Nft;
  readonly libvirt: LibvirtLink;
  close(): Promise<void>;
}

export type Operation = (hand: Hand) => Promise<unknown>;

export async function openHand(host: Host, libvirtSocket: string): Promise<Hand> {
  const nft = await openNft(host, { nft: 'library' }, '/run/gatewright-bench');
  const libvirt = new LibvirtLink(host, libvirtSocket);
  return {
    host,
    nft,
    libvirt,
    async close() {
      await libvirt.close();
      await nft.close();
    },
  };
}

export interface Recorder {
  /** Acts like the host it wraps. */
  readonly host: Host;
  /** What was changed since the beginning, in order. */
  readonly operations: readonly Operation[];
  /** Forgets what came before: what the drivers tried out when they were connected. */
  begin(): void;
}

/** Input for `nft -j -f`: what it says is done through the library, without a file. */
const NFT_FILE = /\/nft-[0-9a-f]{16}\.json$/;

export function recorder(host: Host): Recorder {
  const operations: Operation[] = [];
  const transactions = new Map<string, readonly Command[]>();
  const note = <T>(operation: (to: Host) => Promise<T>): Promise<T> => {
    operations.push(hand => operation(hand.host));
    return operation(host);
  };
  const recording: Host = {
    ...host,
    run(argv, options) {
      if (isRead(argv, options)) return host.run(argv, options);
      const commands = argv[0] === 'nft' ? transactions.get(argv.at(-1) ?? '') : undefined;
      if (commands === undefined) return note(to => to.run(argv, withoutSignal(options)));
      operations.push(hand => hand.nft.apply(commands));
      return host.run(argv, options);
    },
    writeFile(path, data, mode) {
      if (!NFT_FILE.test(path)) return note(to => to.writeFile(path, data, mode));
      transactions.set(path, (JSON.parse(data) as { nftables: readonly Command[] }).nftables);
      return host.writeFile(path, data, mode);
    },
    writeKernelFile: (path, data) => note(to => to.writeKernelFile(path, data)),
    remove: path => (NFT_FILE.test(path) ? host.remove(path) : note(to => to.remove(path))),
  };
  return { host: recording, operations, begin: () => void operations.splice(0) };
}

/** iproute2 and nftables read with these words, unless they are given something to carry out. */
const READS = new Set(['-j', '-json', 'show', 'list', 'pids']);

function isRead(argv: readonly string[], options: RunOptions | undefined): boolean {
  if (options?.input !== undefined) return options.input.split('\n').every(line => line === '' || / show$/.test(line));
  return argv.some(word => READS.has(word)) && !argv.includes('-f');
}

/** The signal belongs to a step that is over. */
function withoutSignal(options: RunOptions | undefined): RunOptions | undefined {
  if (options === undefined) return undefined;
  const { signal: _signal, ...rest } = options;
  return rest;
}

/** All domains there are, to be defined and started again. */
export async function recordDomains({ libvirt }: Hand): Promise<readonly Operation[]> {
  const rpc = await libvirt.connection();
  const domains = await Promise.all((await listDomains(rpc)).map(ref => domainXml(rpc, ref, XML_INACTIVE)));
  return domains.map(xml => async (hand: Hand) => {
    const own = await hand.libvirt.connection();
    await startDomain(own, await defineDomain(own, xml));
  });
}
