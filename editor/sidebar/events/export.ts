// Events as files: a table for people [RFC 4180], JSON for programs. Pure.
import type { LoggedEvent } from '../../../runtime/platform/logged-event.ts';

const COLUMNS = ['time', 'severity', 'kind', 'gateway', 'user', 'address', 'text'] as const;
/** By which spreadsheets know that it is UTF-8. */
const MARK = '\uFEFF';

/** Times are ISO 8601 in UTC. */
export function csvOf(events: readonly LoggedEvent[]): string {
  const rows = events.map(event => {
    const { time, ...rest } = exported(event);
    const cells: Readonly<Record<string, string | undefined>> = { time, ...rest };
    return COLUMNS.map(column => cell(cells[column] ?? '')).join(',');
  });
  return `${MARK}${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}

export function jsonOf(events: readonly LoggedEvent[]): string {
  return `${JSON.stringify(events.map(exported), null, 2)}\n`;
}

/** The node of an editor means nothing outside it. */
function exported({ atMs, severity, kind, gateway, user, address, text }: LoggedEvent) {
  return { time: new Date(atMs).toISOString(), severity, kind, gateway, user, address, text };
}

/** WHY the apostrophe: a spreadsheet would run a cell that begins like a formula, and texts come from gateways and drawings. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
