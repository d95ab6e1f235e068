// Whether a boot is as a policy says: golden values of PCRs first, events where there are none. What events may be: allowed-events.ts.
import { createHash } from 'node:crypto';
import { componentOfPcr } from '../model/boot-component.ts';
import { allowedFindings } from './allowed-events.ts';
import { type Boot, type Extended, extended } from './boot-events.ts';
import type { EventLog } from './event-log.ts';
import { EVENT } from './event-types.ts';
import { type Finding, mismatch } from './finding.ts';
import type { Policy } from './policy.ts';
import type { StrongHashName } from './tpm/algorithms.ts';
import { variableOf } from './uefi.ts';

/** Every component that is not as the policy says. */
export function judge(policy: Policy, boot: Boot): readonly Finding[] {
  const listed = policy.pcrs.filter(pcr => policy.golden[pcr] === undefined);
  return [
    ...policy.pcrs.flatMap(pcr => unmeasured(pcr, boot)),
    ...policy.pcrs.flatMap(pcr => goldenFindings(pcr, policy, boot)),
    ...allowedFindings(listed, policy, boot),
    ...(policy.secureBoot ? secureBootFindings(policy.bank, boot) : []),
  ];
}

/** Firmware measures itself before anything else; zeros in its PCR mean that nothing was, or that it was switched off. */
function unmeasured(pcr: number, { pcrs }: Boot): readonly Finding[] {
  const zero = pcr === 0 && pcrs.get(0)?.every(byte => byte === 0) === true;
  return zero ? [mismatch('firmware', 0, 'was not measured')] : [];
}

function goldenFindings(pcr: number, policy: Policy, { pcrs, log }: Boot): readonly Finding[] {
  const golden = policy.golden[pcr];
  const value = pcrs.get(pcr)?.toString('hex');
  if (golden === undefined || (value !== undefined && golden.includes(value))) return [];
  const differing = log === undefined ? [] : differences(pcr, policy, log);
  if (differing.length > 0) return differing;
  return [mismatch(componentOfPcr(pcr), pcr, 'is not the one that is trusted')];
}

/** Holds the events of a PCR against those of a trusted boot. Where one came or went, only the first place is of use. */
function differences(pcr: number, policy: Policy, log: EventLog): readonly Finding[] {
  const now = extended(log, policy.bank).filter(event => event.pcr === pcr);
  const then = policy.events.filter(event => event.pcr === pcr);
  if (then.length === 0) return [];
  const length = Math.max(now.length, then.length);
  const places = Array.from({ length }, (_, place) => place).filter(
    place => now[place]?.digest !== then[place]?.digest,
  );
  const told = now.length === then.length ? places : places.slice(0, 1);
  return told.map(place => {
    const [found, expected] = [now[place], then[place]];
    const component = expected?.component ?? found?.component ?? componentOfPcr(pcr);
    if (found === undefined) return mismatch(component, pcr, 'was not measured');
    return mismatch(component, pcr, 'is not the one that is trusted', found.what);
  });
}

/** The firmware measures the variable itself, so here the event proves its value. */
function secureBootFindings(bank: StrongHashName, { log, pcrs }: Boot): readonly Finding[] {
  const states = (log === undefined || !pcrs.has(7) ? [] : extended(log, bank)).filter(
    ({ pcr, event }) =>
      pcr === 7 && event.type === EVENT.variableDriverConfig && variableOf(event.data)?.name === 'SecureBoot',
  );
  const on = ({ digest, event: { data } }: Extended) =>
    variableOf(data)?.value.equals(Buffer.of(1)) === true && createHash(bank).update(data).digest('hex') === digest;
  if (states.length > 0 && states.every(on)) return [];
  return [mismatch('Secure Boot keys', 7, 'are not enforced: Secure Boot is off, or nothing says that it is on')];
}
