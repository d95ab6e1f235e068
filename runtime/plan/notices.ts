// What people will notice of a plan: who is down, cut off or gone, for how long. One sentence each.
import { type Address, parseAddress } from '../model/address.ts';
import type { Plan, Step } from '../model/plan.ts';

export interface Notice {
  /** Tenants concerned, joined; empty when nobody owns it. */
  readonly tenants: string;
  readonly text: string;
  /** It cannot be undone. */
  readonly lasting?: true;
}

/** Sentences about outages (VMs first, then ports that lose their network without their VM) and about other rules. */
export function noticesOf(plan: Plan): readonly Notice[] {
  const vms = plan.steps.filter(step => step.kind === 'vm' && step.impact.dark.length > 0);
  const withTheirVm = new Set(vms.flatMap(step => step.impact.dark));
  return [
    ...vms.map(vmNotice),
    ...plan.steps.flatMap(step => lostWays(step, withTheirVm)),
    ...cutOff(plan, withTheirVm),
    ...plan.steps.flatMap(ruleNotices),
  ];
}

/** Ports that stay while something that carried them goes for good. */
function lostWays(step: Step, withTheirVm: ReadonlySet<Address>): readonly Notice[] {
  if (step.action !== 'remove' || step.kind === 'vm') return [];
  return step.impact.dark
    .filter(address => !withTheirVm.has(address))
    .map(address => ({
      tenants: step.impact.tenants.join(', '),
      text: `${nameOf(address)} loses its way through ${nameOf(step.address)}.`,
    }));
}

/** Rules that change for traffic that flows already; what they let through is told by the changed fields. */
function ruleNotices(step: Step): readonly Notice[] {
  if (step.action !== 'update') return [];
  const tenants = step.tenant ?? '';
  if (step.kind === 'policy')
    return named(step, /^links\[([^\]@]+)@/).map(name => ({
      tenants,
      text: `Traffic through ${name} meets other rules.`,
    }));
  if (step.kind === 'proxy')
    return named(step, /^guards\[([^\]]+)\]/).map(name => ({
      tenants,
      text: `Modbus through ${name} meets other rules.`,
    }));
  return [];
}

/** What the changed fields of a step name, each once. */
function named(step: Step, pattern: RegExp): readonly string[] {
  return [...new Set(step.changes.flatMap(change => pattern.exec(change.field)?.[1] ?? []))];
}

function vmNotice(step: Step): Notice {
  const name = nameOf(step.address);
  const about = duration(step.impact.darkSeconds);
  const undo = step.impact.reversible ? '' : ' Its own state is lost; this cannot be undone.';
  const text = {
    create: `${name} starts.`,
    update: `${name} restarts and is down for ${about}.`,
    replace: `${name} is made anew and is down for ${about}.${undo}`,
    remove: `${name} goes away.${undo}`,
  }[step.action];
  const tenants = step.impact.tenants.join(', ');
  return step.impact.reversible ? { tenants, text } : { tenants, text, lasting: true };
}

/** Adds up the seconds of each port over all steps that cut it off for a while. */
function cutOff(plan: Plan, withTheirVm: ReadonlySet<Address>): readonly Notice[] {
  const seconds = new Map<Address, { tenants: string; total: number }>();
  for (const { action, impact } of plan.steps)
    for (const address of impact.dark) {
      if (action === 'remove' || withTheirVm.has(address) || impact.darkSeconds === 0) continue;
      const total = (seconds.get(address)?.total ?? 0) + impact.darkSeconds;
      seconds.set(address, { tenants: impact.tenants.join(', '), total });
    }
  return [...seconds].map(([address, { tenants, total }]) => ({
    tenants,
    text: `${nameOf(address)} has no network for ${duration(total)}.`,
  }));
}

/** The part of an address that people gave. */
function nameOf(address: Address): string {
  return parseAddress(address)?.name ?? address;
}

/** `about 20 s`, `about 3 min`. @param seconds  an estimate */
function duration(seconds: number): string {
  return seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${Math.round(seconds / 60)} min`;
}
