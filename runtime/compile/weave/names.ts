// One address, one resource: of two drafts with the same address the first is kept, and the clash is reported.
import { parseAddress } from '../../model/address.ts';
import { NOUNS } from '../../model/kind-words.ts';
import type { Draft } from '../../model/lowering.ts';
import type { Findings } from '../findings.ts';

/** Drafts by address, with clashes of names and of renames reported. */
export function uniqueDrafts(drafts: readonly Draft[], findings: Findings): readonly Draft[] {
  const kept = new Map<string, Draft>();
  const clashes = new Set<string>();
  for (const draft of drafts) {
    const first = kept.get(draft.address);
    if (first === undefined) kept.set(draft.address, draft);
    else if (first.source.node !== draft.source.node) reportClash(first, draft, clashes, findings);
  }
  reportRenames([...kept.values()], kept, findings);
  return [...kept.values()];
}

function reportClash(first: Draft, second: Draft, clashes: Set<string>, findings: Findings): void {
  // Two VMs of one name also have cards of one name: one finding for each pair of nodes is enough.
  const pair = `${first.source.node} ${second.source.node}`;
  if (clashes.has(pair)) return;
  clashes.add(pair);
  const place = parseAddress(first.address);
  const [name] = (place?.name ?? '').split('.');
  const noun = first.kind === 'port' ? 'vm' : first.kind;
  findings.add({
    code: 'GW_NAME_TWICE',
    source: { ...second.source, field: 'name' },
    summary: `Two nodes draw a ${NOUNS[noun]} named ${name} on ${place?.gateway}.`,
    remedy: 'Give one of them another name.',
    related: [first.source],
  });
}

function reportRenames(drafts: readonly Draft[], byAddress: ReadonlyMap<string, Draft>, findings: Findings): void {
  const claimed = new Map<string, Draft>();
  const reported = new Set<string>();
  for (const draft of drafts) {
    if (draft.was === undefined) continue;
    const other = byAddress.get(draft.was) ?? claimed.get(draft.was);
    claimed.set(draft.was, draft);
    if (other === undefined || reported.has(draft.source.node)) continue;
    reported.add(draft.source.node);
    const former = parseAddress(draft.was)?.name.split('.')[0];
    findings.add({
      code: 'GW_RENAME_CLASH',
      source: { ...draft.source, field: 'was' },
      summary: `${draft.source.label} says it was named ${former} before, but ${other.source.label} ${other.was === draft.was ? 'says the same' : 'has that name now'}.`,
      remedy: 'Clear the former name, or correct it.',
      related: [other.source],
    });
  }
}
