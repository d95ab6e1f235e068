// Which events are shown. Pure.
import type { LoggedEvent } from '../../../runtime/platform/logged-event.ts';

export interface EventFilter {
  /** Words that all have to be there, in any order, large or small. */
  readonly text: string;
  /** Empty = every kind; `trouble` = what is not merely information. */
  readonly kind: string;
  /** Empty = all. */
  readonly gateway: string;
  /** Empty = everybody; {@link THE_GATEWAYS} = what nobody did. */
  readonly who: string;
  /** Not older than this; 0 = of any age. */
  readonly withinMs: number;
}

/** No user can be called so. */
export const THE_GATEWAYS = '\u0000gateways';
export const TROUBLE = '\u0000trouble';
export const EVERYTHING: EventFilter = { text: '', kind: '', gateway: '', who: '', withinMs: 0 };

/** @param nowMs  Unix time in ms */
export function filtered<T extends LoggedEvent>(
  events: readonly T[],
  filter: EventFilter,
  nowMs: number,
): readonly T[] {
  const wanted = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '');
  const oldest = filter.withinMs === 0 ? -Infinity : nowMs - filter.withinMs;
  return events.filter(event => event.atMs >= oldest && isOf(event, filter) && hasAll(event, wanted));
}

function isOf({ kind, severity, gateway, user }: LoggedEvent, filter: EventFilter): boolean {
  if (filter.kind === TROUBLE ? severity === 'info' : filter.kind !== '' && filter.kind !== kind) return false;
  if (filter.gateway !== '' && filter.gateway !== gateway) return false;
  return filter.who === '' || filter.who === (user ?? THE_GATEWAYS);
}

function hasAll(event: LoggedEvent, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const { text, kind, gateway, user, address } = event;
  const all = [text, kind, gateway, user, address].join(' ').toLowerCase();
  return wanted.every(word => all.includes(word));
}

export interface Choices {
  readonly kinds: readonly string[];
  readonly gateways: readonly string[];
  readonly users: readonly string[];
}

/** What there is to choose from, each in the order of its name. */
export function choicesOf(events: readonly LoggedEvent[]): Choices {
  const distinct = (values: readonly (string | undefined)[]) =>
    [...new Set(values)].filter(value => value !== undefined).sort();
  return {
    kinds: distinct(events.map(({ kind }) => kind)),
    gateways: distinct(events.map(({ gateway }) => gateway)),
    users: distinct(events.map(({ user }) => user)),
  };
}
