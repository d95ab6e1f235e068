// `gatewright capture LINE > FILE`: records what goes over a line, or the card of a VM, for Wireshark, can-utils, and for `replay`, `learn`
// and `play`.
import type { LineEnd } from '../../model/line-frame.ts';
import { CAPTURE_FORMATS, canCapture, openCapture } from '../../protocols/line-capture.ts';
import type { ProtocolRecording } from '../../protocols/recording.ts';
import { RECORDINGS } from '../../protocols/recordings.ts';
import type { CaptureOption } from '../capture-option.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { isCard } from '../named-card.ts';
import { type NamedLine, withNamedLine } from '../named-line.ts';
import { limitsOf, record, recordedWords } from '../recorder.ts';
import { checkOutput } from '../recording-output.ts';
import { captureCard } from './capture-card.ts';

/** @throws UsageError for options that do not fit, and whatever listening throws */
export function capture(context: CliContext, text: string, option: CaptureOption): Promise<ExitCode> {
  return isCard(text) ? captureCard(context, text, option) : captureLine(context, text, option);
}

async function captureLine(context: CliContext, text: string, option: CaptureOption): Promise<ExitCode> {
  const { terminal } = context;
  const format = oneOf('--format', option.format, CAPTURE_FORMATS);
  const limits = limitsOf(option);
  const direction = option.direction === undefined ? undefined : oneOf('--direction', option.direction, ['in', 'out']);
  if (option.snaplen !== undefined)
    throw new UsageError('--snaplen is of cards of VMs; frames of lines are recorded whole');
  checkOutput(terminal, option.output, format !== 'pcapng');
  return withNamedLine(context, text, option, async line => {
    const { address, protocol, agent } = line;
    const recording = recordingOf(line, format);
    const filter = { end: endOf(option.end, line), direction };
    const what = {
      name: address,
      kind: 'The line' as const,
      listen: (heard: Parameters<typeof agent.tap>[1]) => agent.tap(address, heard),
      open: (write: (piece: Uint8Array) => void) => openCapture(format, recording, address, write, filter),
    };
    const recorded = await record(terminal, what, limits, option.output);
    const ok = recorded.ending !== 'line';
    const words = recordedWords(what, recorded);
    const { output } = option;
    if (output === undefined) terminal.notice(...words);
    else
      terminal.result(
        { version: 1, command: 'capture', ok, line: address, protocol, output, format, ...recorded },
        words,
      );
    return ok ? EXIT.ok : EXIT.host;
  });
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${name} takes ${choices.join(' or ')}, not ${text}`);
}

function recordingOf({ address, protocol }: NamedLine, format: (typeof CAPTURE_FORMATS)[number]): ProtocolRecording {
  const recording = RECORDINGS[protocol];
  if (recording === undefined)
    throw new UsageError(`${address} speaks ${protocol}, which is not recorded; name another line`);
  if (canCapture(recording, format)) return recording;
  throw new UsageError(`${address} speaks ${protocol}, and there are no candump logs of it; choose --format pcapng`);
}

/** @throws UsageError for what is no end of the line */
function endOf(text: string | undefined, { address, gateway, vms }: NamedLine): LineEnd | undefined {
  if (text === undefined || text === 'device' || text === 'messages') return text;
  const end = vms.find(vm => vm === text || vm === `vm.${gateway}/${text}`);
  if (end !== undefined) return end;
  throw new UsageError(`${text} is no end of ${address}; it has ${[...vms, 'device', 'messages'].join(', ')}`);
}
