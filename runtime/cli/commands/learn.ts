// `gatewright learn RECORDING`: the rules that would let pass what a recording has, and nothing else. Draws nothing.
import { canRow, linkRow, modbusRow, type RuleRow } from '../../../nodes/firewall/written-rules.ts';
import { PacketLearner } from '../../explain/learn-packets.ts';
import type { RecordedFrame } from '../../lanes/recording/recorded-frame.ts';
import { parseCidr } from '../../model/network.ts';
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
  /** Networks of the field side, with commas between. */
  readonly inside?: string;
}

const WAYS = ['from-vm', 'to-vm', 'both'] as const;
const NETWORKS = 'ip';
const MICROS = 1_000;

/** As the form of a firewall has them, by the protocol. */
const ROWS: Readonly<Record<string, (rule: never) => RuleRow>> = { modbus: modbusRow, can: canRow };

interface LearnedRule {
  readonly rule: Readonly<Record<string, unknown>>;
  readonly row: RuleRow;
  readonly frames: number;
}

/** What learns from a recording, whatever it is about. */
interface Learning {
  take(frame: RecordedFrame): void;
  /** @returns what there is, with remarks on what could not be told or taken */
  end(): {
    readonly rules: readonly LearnedRule[];
    readonly taken: number;
    readonly unsound: number;
    readonly remarks: readonly string[];
  };
}

/** @throws UsageError when the recording has nothing of the protocol */
export async function learn(terminal: Terminal, path: string, option: LearnOption): Promise<ExitCode> {
  const { protocol } = option;
  const learning = protocol === NETWORKS ? ofNetworks(option) : ofLines(option);
  // Of networks heads are enough.
  const file = new RecordingFile(path, text => terminal.progress(text), protocol === NETWORKS);
  for await (const frame of file.frames())
    if (option.link === undefined || frame.link === option.link) learning.take(frame);
  const { rules, taken, unsound, remarks } = learning.end();
  if (taken === 0) throw new UsageError(nothingFound(file, protocol, remarks));
  terminal.result(
    {
      ...{ version: 1, command: 'learn', ok: true, protocol, taken, unsound, remarks: [...remarks] },
      rules: rules.map(({ rule, row, frames }) => ({ rule, row, frames })),
    },
    [
      `${file.name} (${file.facts.format}): ${counted(rules.length, 'rule')} for ${counted(taken, 'frame')}`,
      ...remarks.map(remark => `  ${remark}`),
      ...unsoundLines(unsound),
      ...rules.map(({ row, frames }) => `  ${rowText(row)}  (${counted(frames, 'frame')})`),
    ],
  );
  return EXIT.ok;
}

function ofLines({ protocol, direction, port: text }: LearnOption): Learning {
  const way = WAYS.find(one => one === direction);
  if (way === undefined) throw new UsageError(`--direction is ${WAYS.join(', ')}`);
  const [learner, recording, row] = [LEARNINGS[protocol]?.learner(), RECORDINGS[protocol], ROWS[protocol]];
  if (learner === undefined || recording === undefined || row === undefined)
    throw new UsageError(
      `rules of ${protocol} cannot be learned; --protocol is ${[...Object.keys(LEARNINGS), NETWORKS].join(', ')}`,
    );
  const port = text === undefined ? {} : { port: wholeNumber('--port', text, 1, 0xffff) };
  const reader = recording.reader(({ time, request }) => learner.take({ atMs: time / MICROS, way, request }), port);
  return {
    take: frame => reader.take(frame),
    end() {
      const remarks = reader.end();
      const { rules, taken, unsound } = learner.propose();
      return { taken, unsound, remarks, rules: rules.map(one => ({ ...one, row: row(one.rule as never) })) };
    },
  };
}

function ofNetworks({ inside }: LearnOption): Learning {
  const networks = (inside ?? '').split(',').map(entry => parseCidr(entry.trim()));
  const sound = networks.filter(network => network !== undefined);
  if (sound.length !== networks.length)
    throw new UsageError('--inside names the networks of the field side, such as 10.0.0.0/24,10.0.1.7/32');
  const learner = new PacketLearner(sound);
  return {
    take: frame => learner.take(frame),
    end() {
      const { rules, taken, elsewhere, left } = learner.propose();
      const remarks = [
        ...(elsewhere === 0 ? [] : [`${counted(elsewhere, 'packet')} have no end inside and get no rule`]),
        ...(left === 0 ? [] : [`${counted(left, 'packet')} are of more conversations than a firewall has rules`]),
      ];
      return { taken, unsound: 0, remarks, rules: rules.map(one => ({ ...one, row: linkRow(one.rule) })) };
    },
  };
}

function unsoundLines(unsound: number): readonly string[] {
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
