// The newest events of all gateways and of everybody who did something, in memory and bounded. Follows a platform from when it is
// opened; what people did before is known from the audit.
import { randomUUID } from 'node:crypto';
import { EventWords } from './event-words.ts';
import type { EventsPart, LoggedEvent } from './logged-event.ts';
import type { AuditEntry, PlatformPort } from './platform-port.ts';

/** As many as the audit keeps, and some of the gateways. */
const MOST_EVENTS = 7_000;
/** Forgotten together, so that not every new event moves all others. */
const SLACK = 500;

export interface Cursor {
  readonly run: string;
  readonly after: number;
}

export interface EventLog {
  /** What came after a cursor; all that is known without one, or when it is of another run or too old. */
  since(cursor: Cursor | undefined): EventsPart;
}

export function openEventLog(platform: Pick<PlatformPort, 'audit' | 'design' | 'onEvent'>): EventLog {
  const run = randomUUID();
  const words = new EventWords();
  const noted = new WeakSet<AuditEntry>();
  const kept: LoggedEvent[] = [];
  let next = 0;
  const keep = (event: LoggedEvent) => {
    kept.push(event);
    next += 1;
    if (kept.length > MOST_EVENTS + SLACK) kept.splice(0, kept.length - MOST_EVENTS);
  };
  platform.onEvent(event => {
    for (const line of words.linesOf(event)) keep(placed(line, platform));
  });
  const takeAudit = () => {
    for (const entry of platform.audit()) {
      if (noted.has(entry)) continue;
      noted.add(entry);
      keep(ofAudit(entry));
    }
  };
  return {
    since(cursor) {
      takeAudit();
      const first = next - kept.length;
      const goesOn = cursor?.run === run && cursor.after >= first && cursor.after <= next;
      const events = goesOn ? kept.slice(cursor.after - first) : [...kept];
      return { run, next, events: events.sort((a, b) => a.atMs - b.atMs), whole: !goesOn };
    },
  };
}

/** With the node that it was drawn at, as long as it is drawn. */
function placed(event: LoggedEvent, platform: Pick<PlatformPort, 'design'>): LoggedEvent {
  const node = event.address && platform.design()?.resources[event.address]?.source.node;
  return node === undefined ? event : { ...event, node };
}

function ofAudit({ atMs, user, action, gateway, detail }: AuditEntry): LoggedEvent {
  const severity = wasRefused(detail) ? 'warning' : 'info';
  return { atMs, severity, kind: action, ...(gateway === undefined ? {} : { gateway }), user, text: detail };
}

/** As the platform notes what it, or an agent, would not or could not do. */
function wasRefused(detail: string): boolean {
  return /(?:^|\s)(?:refused|failed): /.test(detail);
}
