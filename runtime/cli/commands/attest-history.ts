// `gatewright attest history`: the verdicts that an agent keeps, each followed again from its evidence.
import { type Kept, type Reviewed, review } from '../../attest/history.ts';
import { AttestationStore } from '../../host/attestation-store.ts';
import { isGatewrightError } from '../../model/errors.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';

export interface HistoryOption {
  /** `host`, or `vm.NAME`; all of them without it. */
  readonly machine?: string;
}

type Line = CliDocument<'attest-history'>['records'][number];

/**
 * Exits with 1 when a record is not to be believed: its evidence says something else, or it was changed.
 * @param folder  state folder of the gateway's agent
 * @throws UsageError for a machine of which nothing is kept, GatewrightError GW_HOST_IO
 */
export async function attestHistory(terminal: Terminal, folder: string, option: HistoryOption): Promise<ExitCode> {
  const store = new AttestationStore(folder);
  const records: Line[] = [];
  for (const machine of await machinesOf(store, option)) records.push(...(await linesOf(store, machine)));
  const ok = records.every(({ doubts }) => doubts.length === 0);
  const words = records.length === 0 ? [`No verdict is kept in ${folder}.`] : records.flatMap(wordsOf);
  terminal.result({ version: 1, command: 'attest-history', ok, records }, words);
  return ok ? EXIT.ok : EXIT.findings;
}

async function machinesOf(store: AttestationStore, { machine }: HistoryOption): Promise<readonly string[]> {
  const known = await store.list();
  if (machine === undefined) return known;
  if (known.includes(machine)) return [machine];
  const choice = known.length === 0 ? 'nothing is kept of any' : `choose ${known.join(', ')}`;
  throw new UsageError(`nothing is kept of a machine ${machine}; ${choice}`);
}

async function linesOf(store: AttestationStore, machine: string): Promise<readonly Line[]> {
  const { history } = store.of(machine);
  const lines: Line[] = [];
  let before: Kept | undefined;
  for (const number of await history.numbers()) {
    const kept = await history.read(number);
    if (kept === undefined) continue; // the agent removed it meanwhile
    lines.push({ machine, number, ...reviewed(kept, before) });
    before = kept;
  }
  return lines;
}

function reviewed(kept: Kept, before: Kept | undefined): Omit<Line, 'machine' | 'number'> {
  let looked: Reviewed;
  try {
    looked = review(kept, before);
  } catch (error) {
    if (!isGatewrightError(error)) throw error;
    return { doubts: [error.message], findings: [] };
  }
  const { record, doubts } = looked;
  const findings = record.findings.map(({ message }) => message);
  return { at: record.at, verdict: record.verdict, findings, doubts: [...doubts] };
}

function wordsOf({ machine, number, at, verdict, findings, doubts }: Line): readonly string[] {
  return [
    `${machine} ${number}  ${at ?? 'unknown time'}  ${verdict ?? 'unreadable'}`,
    ...findings.map(message => `    ${message}`),
    ...doubts.map(doubt => `  ! ${doubt}`),
  ];
}
