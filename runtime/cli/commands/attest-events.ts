// `gatewright attest events EVIDENCE`: what a boot measured, event by event, as rules of a gate speak of it.
import { extended } from '../../attest/boot-events.ts';
import { type EventLog, initialPcr, parseEventLog, replay } from '../../attest/event-log.ts';
import { eventName } from '../../attest/event-types.ts';
import type { Evidence } from '../../attest/evidence.ts';
import { verify } from '../../attest/verdict.ts';
import { GatewrightError } from '../../model/errors.ts';
import { quoted } from '../../model/plain-text.ts';
import { readEvidence } from '../evidence-file.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';

type Line = CliDocument<'attest-events'>['events'][number];

/**
 * Exits with 1 when an event is not proven by the quote.
 * @param file  with evidence; `-` reads standard input
 * @throws UsageError for a file that cannot be read, GatewrightError GW_ATTEST_* for one that holds something else, or no log
 */
export async function listEvents(terminal: Terminal, file: string): Promise<ExitCode> {
  const evidence = await readEvidence(file);
  if (evidence.log === undefined)
    throw new GatewrightError(
      'GW_ATTEST_LOG',
      'the evidence has no event log; take new evidence from a machine that has one',
    );
  const { bank } = evidence.policy;
  const log = parseEventLog(Buffer.from(evidence.log, 'base64'));
  const proven = provenPcrs(evidence, log);
  const events = extended(log, bank).map(
    ({ pcr, component, what, digest, event }): Line => ({
      ...{ pcr, type: eventName(event.type), component, digest, proven: proven.has(pcr) },
      ...(what === undefined ? {} : { what }),
    }),
  );
  const ok = events.every(event => event.proven);
  terminal.result({ version: 1, command: 'attest-events', ok, bank, events }, [
    ...events.map(words),
    ...(ok ? [] : ['What has a ? is not proven; gatewright attest verify tells why.']),
  ]);
  return ok ? EXIT.ok : EXIT.findings;
}

/** PCRs to whose quoted values the log leads. */
function provenPcrs(evidence: Evidence, log: EventLog): ReadonlySet<number> {
  const { bank } = evidence.policy;
  if (verify(evidence).verdict === 'unusable') return new Set();
  const replayed = replay(log, bank);
  const values = Object.entries(evidence.pcrs[bank] ?? {});
  return new Set(
    values
      .map(([pcr, value]) => [Number(pcr), value] as const)
      .filter(([pcr, value]) => (replayed.get(pcr) ?? initialPcr(pcr, bank)).toString('hex') === value)
      .map(([pcr]) => pcr),
  );
}

function words({ pcr, type, component, what, digest, proven }: Line): string {
  const name = what === undefined ? component : `${component} ${quoted(what)}`;
  return `${proven ? ' ' : '?'} PCR ${String(pcr).padEnd(2)}  ${digest}  ${name}  ${type}`;
}
