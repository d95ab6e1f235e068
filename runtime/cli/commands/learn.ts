// `gatewright learn RECORDING`: the rules that would let pass what a recording has, and nothing else. Draws nothing.
import { canRow, modbusRow, type RuleRow } from '../../../nodes/firewall/written-rules.ts';
import type { Proposal } from '../../protocols/learning.ts';
import { LEARNINGS } from '../../protocols/learnings.ts';
import { RECORDINGS } from '../../protocols/recordings.ts';
import { counted } from '../counted.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { RecordingFile } from '../recording-file.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

export interface LearnOption {
  readonly protocol: string;
  readonly link?: string;
  readonly port?: string;
  readonly direction: string;
}

const WAYS = ['from-vm', 'to-vm', 'both'] as const;
const MICROS = 1_000;

/** As the form of a firewall has them, by the protocol. */
const ROWS: Readonly<Record<string, (rule: never) => RuleRow>> = { modbus: modbusRow, can: canRow };

/** @throws UsageError when the recording has nothing of the protocol */
export async function learn(terminal: Terminal, path: string, option: LearnOption): Promise<ExitCode> {
  const way = WAYS.find(one => one === option.direction);
  if (way === undefined) throw new UsageError(`--direction is ${WAYS.join(', ')}`);
  const { protocol } = option;
  const [learner, recording, row] = [LEARNINGS[protocol]?.learner(), RECORDINGS[protocol], ROWS[protocol]];
  if (learner === undefined || recording === undefined || row === undefined)
    throw new UsageError(
      `rules of ${protocol} cannot be learned; --protocol is ${Object.keys(LEARNINGS).join(' or ')}`,
    );
  const port = option.port === undefined ? {} : { port: wholeNumber('--port', option.port, 1, 0xffff) };
  const reader = recording.reader(({ time, request }) => learner.take({ atMs: time / MICROS, way, request }), port);
  const file = new RecordingFile(path, text => terminal.progress(text));
  for await (const frame of file.frames())
    if (option.link === undefined || frame.link === option.link) reader.take(frame);
  const remarks = reader.end();
  const proposal = learner.propose();
  if (proposal.taken === 0) throw new UsageError(nothingFound(file, protocol, remarks));
  const rules = proposal.rules.map(({ rule, frames }) => ({ rule, frames, row: row(rule as never) }));
  terminal.result(
    {
      ...{ version: 1, command: 'learn', ok: true, protocol, taken: proposal.taken, unsound: proposal.unsound },
      ...{ remarks: [...remarks], rules },
    },
    [
      `${file.name} (${file.facts.format}): ${counted(rules.length, 'rule')} for ${counted(proposal.taken, 'frame')}`,
      ...remarks.map(remark => `  ${remark}`),
      ...unsoundLines(proposal),
      ...rules.map(({ row: written, frames }) => `  ${rowText(written)}  (${counted(frames, 'frame')})`),
    ],
  );
  return EXIT.ok;
}

function unsoundLines({ unsound }: Proposal): readonly string[] {
  return unsound === 0 ? [] : [`  ${counted(unsound, 'frame')} of it are none; no rule lets them pass`];
}

function nothingFound({ name, facts }: RecordingFile, protocol: string, remarks: readonly string[]): string {
  const why = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`;
  return `${name}, a ${facts.format}, holds nothing of ${protocol} on such links${why}; name another recording or link`;
}

/** What says nothing is left out. */
function rowText({ id, ...fields }: RuleRow): string {
  const silent = new Set(['', 'any', 'both', 'false']);
  const said = Object.entries(fields).filter(
    ([field, value]) => !silent.has(String(value)) && (field !== 'exception' || fields.action === 'reject'),
  );
  return `${id}: ${said.map(([field, value]) => `${field} ${value}`).join('; ')}`;
}
