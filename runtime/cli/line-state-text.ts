// How a line or a Modbus proxy fares, and what its firewalls wanted to be heard of, as a person reads it on a terminal.
import { z } from 'zod';
import type { ObservedResource } from '../model/observed.ts';
import { RECORDINGS } from '../protocols/recordings.ts';
import { counted } from './counted.ts';

/** Entries shown of one log; a document has them all. */
const MOST_SHOWN = 5;

const Entry = z.object({
  atMs: z.number(),
  /** Whose frame: of a VM on a line, or of a client at a proxy. */
  vm: z.string().optional(),
  direction: z.enum(['in', 'out']).default('in'),
  client: z.string().optional(),
  device: z.string().optional(),
  firewall: z.string(),
  rule: z.string(),
  passed: z.boolean(),
  frame: z.string(),
});
type Entry = z.infer<typeof Entry>;

/** The newest entries first. */
const Status = z.object({ state: z.string(), why: z.string().optional(), log: z.array(Entry).default([]) });

/** What stands behind the address of a line or proxy, and the lines below it; nothing for what does not tell its state. */
export function lineStateText({ kind, spec, status }: ObservedResource): { state: string; log: readonly string[] } {
  const known = kind === 'line' || kind === 'proxy' ? Status.safeParse(status) : undefined;
  if (known?.success !== true) return { state: '', log: [] };
  const { state, why, log } = known.data;
  const protocol = 'protocol' in spec && typeof spec.protocol === 'string' ? spec.protocol : 'modbus';
  const more = log.length - MOST_SHOWN;
  return {
    state: `  ${state}${why === undefined ? '' : `: ${why}`}`,
    log: [
      ...log.slice(0, MOST_SHOWN).map(entry => entryText(entry, protocol)),
      ...(more > 0 ? [`and ${counted(more, 'frame')} more; --json shows them`] : []),
    ],
  };
}

function entryText(entry: Entry, protocol: string): string {
  const { atMs, firewall, rule, passed, frame } = entry;
  const decider = rule === 'otherwise' ? `no rule of ${firewall}` : `${rule} of ${firewall}`;
  const words = RECORDINGS[protocol]?.words(Buffer.from(frame, 'hex')) ?? frame;
  return `${new Date(atMs).toISOString()}  ${whose(entry)}, ${passed ? 'let pass' : 'refused'} by ${decider}: ${words}`;
}

function whose({ vm, direction, client, device }: Entry): string {
  if (vm === undefined) return `${client} to ${device}`;
  return `${direction === 'in' ? 'from' : 'to'} ${vm}`;
}
