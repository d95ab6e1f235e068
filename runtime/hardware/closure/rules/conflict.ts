// Two who want one thing: each by its name, or one because it goes along with what it names.
import { parseAddress } from '../../../model/address.ts';
import { CODES } from '../../../model/codes.ts';
import { freeOne, redirection } from '../alternative.ts';
import { isGiven } from '../claim.ts';
import type { Claimed, Claims } from '../claimed.ts';
import { type ClaimFinding, claimFinding } from '../finding.ts';
import type { Tie } from '../inventory.ts';
import type { Unit } from '../unit.ts';
import { claimName, ownerName, unitName, unitNames } from '../words.ts';

/** One claim reaches what another one names. */
interface Conflict {
  readonly taker: Claimed;
  readonly holder: Claimed;
  readonly unit: Unit;
  readonly tie: Tie | 'held';
}

/** Every two claims that cannot be side by side, once. */
export function proveConflicts(claims: Claims): readonly ClaimFinding[] {
  const found = new Map<string, Conflict>();
  for (const taker of claims.all)
    for (const [unit, tie] of taker.closure)
      for (const holder of claims.holders.get(unit) ?? []) {
        const conflict = { taker, holder, unit, tie };
        if (!clashes(conflict)) continue;
        const pair = [taker, holder]
          .map(({ claim, isElsewhere }) => `${claim.address} ${isElsewhere}`)
          .sort()
          .join(' ');
        const known = found.get(pair);
        if (known === undefined || isPlainer(conflict, known)) found.set(pair, conflict);
      }
  return [...found.values()].map(conflict => tell(conflict, claims));
}

function clashes({ taker, holder, tie }: Conflict): boolean {
  if (taker === holder || (taker.isElsewhere && holder.isElsewhere)) return false;
  const isOne = taker.claim.owner === holder.claim.owner && !taker.isElsewhere && !holder.isElsewhere;
  // One owner may have both ends of an interrupt, and two nodes of the host with one device are told where they are drawn.
  return !(isOne && (tie === 'irq' || (!isGiven(taker.claim) && sameName(taker, holder))));
}

function sameName({ claim: a }: Claimed, { claim: b }: Claimed): boolean {
  return JSON.stringify(a.held) === JSON.stringify(b.held);
}

const PLAINEST: readonly Conflict['tie'][] = ['held', 'carried', 'group', 'controller', 'irq'];

function isPlainer(a: Conflict, b: Conflict): boolean {
  return PLAINEST.indexOf(a.tie) < PLAINEST.indexOf(b.tie);
}

function tell(conflict: Conflict, claims: Claims): ClaimFinding {
  const { taker, holder } = conflict;
  // The finding is about the design that is proven, and in it about whoever takes more than it names; of two that name the
  // same thing the later one.
  const isLater =
    conflict.tie === 'held' && !taker.isElsewhere && !holder.isElsewhere && taker.claim.address < holder.claim.address;
  const [about, other] = taker.isElsewhere || isLater ? [holder, taker] : [taker, holder];
  return claimFinding(
    codeOf(conflict),
    about,
    summaryOf(conflict, about, other, claims),
    remedyOf(conflict, about, other, claims),
    other,
  );
}

function codeOf({ taker, holder, tie }: Conflict): ClaimFinding['code'] {
  if (taker.isElsewhere || holder.isElsewhere) return 'GW_CLAIM_ELSEWHERE';
  if (parseAddress(holder.claim.address)?.kind === 'uplink' && isGiven(taker.claim)) return 'GW_CLAIM_UPLINK';
  const codes = { group: 'GW_CLAIM_GROUP', controller: 'GW_CLAIM_CONTROLLER', irq: 'GW_CLAIM_IRQ' } as const;
  return tie === 'held' || tie === 'carried' ? 'GW_CLAIM_TWICE' : codes[tie];
}

function summaryOf(
  { taker, holder, unit, tie }: Conflict,
  about: Claimed,
  other: Claimed,
  { inventory }: Claims,
): string {
  const thing = unitName(unit, inventory);
  const [own, its] = [claimName(about), claimName(other)];
  if (tie === 'held' || tie === 'carried') return `${own} and ${its} both use ${thing}${forWhom(other)}.`;
  if (tie === 'irq')
    return `${claimName(taker)} has ${unitNames(taker.units, inventory)} and ${claimName(holder)} ${thing}, which share one interrupt and have two owners.`;
  const why = tie === 'group' ? 'is in the same IOMMU group' : 'hangs on that USB controller';
  const taken = `With ${unitNames(taker.units, inventory)}, ${claimName(taker)} takes ${thing} along, which ${why}`;
  return `${taken} and which ${claimName(holder)} uses${forWhom(holder)}.`;
}

function forWhom({ claim }: Claimed): string {
  return isGiven(claim) ? `, for ${ownerName(claim)}` : '';
}

function remedyOf(conflict: Conflict, about: Claimed, other: Claimed, claims: Claims): string {
  const { taker, tie } = conflict;
  const code = codeOf(conflict);
  if (code === 'GW_CLAIM_GROUP' && taker.claim.owner === conflict.holder.claim.owner)
    return `Name everything of the group in one of them, and delete the other.`;
  const way = tie === 'controller' || tie === 'group' ? redirection(taker, claims) : undefined;
  if (way !== undefined && !taker.isElsewhere) return `${way} instead.`;
  const free = freeOne(about, claims);
  if (free !== undefined) return free;
  if (code === 'GW_CLAIM_ELSEWHERE')
    return `Release it in the design of ${parseAddress(other.claim.address)?.gateway}, or use another device.`;
  const line = [about, other].find(({ claim }) => parseAddress(claim.address)?.kind === 'line');
  if (code === 'GW_CLAIM_TWICE' && line !== undefined)
    return `Wire the VM to ${claimName(line)}, which is shared, and delete the other bus.`;
  return CODES[code].remedy;
}
