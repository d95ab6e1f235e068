// `gatewright capture port.GATEWAY/VM.CARD > FILE`: records what goes over the card of a VM, as that VM sees it.
import { type HeardPortFrames, SNAPLEN } from '../../model/port-frame.ts';
import { openPortCapture } from '../../protocols/port-capture.ts';
import type { CaptureOption } from '../capture-option.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { withNamedCard } from '../named-card.ts';
import { limitsOf, record, recordedWords } from '../recorder.ts';
import { checkOutput } from '../recording-output.ts';
import { wholeNumber } from '../whole-number.ts';

/** @throws UsageError for options that do not fit, and whatever listening throws */
export async function captureCard(context: CliContext, text: string, option: CaptureOption): Promise<ExitCode> {
  const { terminal } = context;
  const { output } = option;
  if (option.format !== 'pcapng') throw new UsageError('the card of a VM is recorded as pcapng; leave --format out');
  if (option.end !== undefined || option.direction !== undefined)
    throw new UsageError('--end and --direction are of lines; the card of a VM is recorded both ways');
  const limits = limitsOf(option);
  const snaplen =
    option.snaplen === undefined ? SNAPLEN.most : wholeNumber('--snaplen', option.snaplen, SNAPLEN.least, SNAPLEN.most);
  checkOutput(terminal, output, false);
  return withNamedCard(context, text, option, async (agent, card) => {
    const what = {
      name: card,
      kind: 'The card' as const,
      listen: (heard: HeardPortFrames) => agent.tapPort(card, { snaplen }, heard),
      open: (write: (piece: Uint8Array) => void) => openPortCapture(card, { snaplen }, write),
    };
    const recorded = await record(terminal, what, limits, output);
    const ok = recorded.ending !== 'line';
    const words = recordedWords(what, recorded);
    const told = { version: 1, command: 'capture', ok, line: card, protocol: 'ethernet', format: 'pcapng' } as const;
    if (output === undefined) terminal.notice(...words);
    else terminal.result({ ...told, output, ...recorded }, words);
    return ok ? EXIT.ok : EXIT.host;
  });
}
