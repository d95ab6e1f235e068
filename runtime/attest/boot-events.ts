// What a boot extended PCRs with, by component, and what of it is kept of a boot that is trusted.
import type { Component } from '../model/boot-component.ts';
import { type EventLog, type LogEvent, NO_ACTION } from './event-log.ts';
import { measuredBy } from './measured.ts';
import type { Policy } from './policy.ts';
import type { StrongHashName } from './tpm/algorithms.ts';

export interface Boot {
  /** Quoted values of the bank of the policy. */
  readonly pcrs: ReadonlyMap<number, Buffer>;
  /** Leads to the quoted values; that was checked before. */
  readonly log?: EventLog;
}

export interface Extended {
  readonly pcr: number;
  readonly component: Component;
  readonly what?: string;
  readonly digest: string;
  readonly event: LogEvent;
}

/** What was extended, in its order; events that only tell something are left out. */
export function extended({ events }: EventLog, bank: StrongHashName): readonly Extended[] {
  return events.flatMap(event => {
    const digest = event.digests[bank];
    if (event.type === NO_ACTION || digest === undefined) return [];
    return [{ ...measuredBy(event), pcr: event.pcr, digest: digest.toString('hex'), event }];
  });
}

/**
 * What a boot that is trusted looked like, to be put into a policy.
 * @param pcrs  that are judged
 */
export function goldenOf(bank: StrongHashName, pcrs: readonly number[], boot: Boot): Pick<Policy, 'golden' | 'events'> {
  const golden = pcrs.flatMap(pcr => {
    const value = boot.pcrs.get(pcr);
    return value === undefined ? [] : ([[String(pcr), [value.toString('hex')]]] as const);
  });
  const events = boot.log === undefined ? [] : extended(boot.log, bank).filter(({ pcr }) => pcrs.includes(pcr));
  return {
    golden: Object.fromEntries(golden.map(([pcr, values]) => [pcr, [...values]])),
    events: events.map(({ pcr, component, digest }) => ({ pcr, component, digest })),
  };
}
