// `gatewright convert FLOW`: nodes of other packs as buses, firewalls and VMs, with a report. Touches no gateway.
import { NODE_TYPES } from '../../../nodes/catalog.ts';
import { compile } from '../../compile/compile.ts';
import { applyConversion } from '../../convert/apply-conversion.ts';
import type { ConversionReport, NewNode } from '../../convert/conversion.ts';
import { convertFlow } from '../../convert/convert-flow.ts';
import { FOREIGN_TYPES } from '../../convert/foreign/catalog.ts';
import { formatFlow } from '../../convert/format-flow.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import type { CliContext } from '../context.ts';
import { conversionLines } from '../convert-text.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openFile } from '../flow-file.ts';
import { writeNamed } from '../written-file.ts';

interface Options {
  readonly output?: string;
  /** Leave what is replaced switched on. */
  readonly keep?: boolean;
}

type World = Pick<CliContext, 'terminal'>;
const NOTHING: ConversionReport = { gateway: '', lines: [], entries: [], replaced: [] };

/** @throws UsageError when a file cannot be read or written */
export async function convert({ terminal }: World, path: string, { output, keep }: Options): Promise<ExitCode> {
  const { nodes, diagnostics } = await openFile(path);
  if (diagnostics.length > 0) return show(terminal, { report: NOTHING, diagnostics, flow: [] }, []);
  const conversion = convertFlow(nodes, FOREIGN_TYPES);
  const flow = applyConversion(nodes, conversion, keep === true ? 'untouched' : 'disabled');
  const found = compile(flow, NODE_TYPES).diagnostics;
  const { report } = conversion;
  if (output !== undefined) await writeNamed(output, formatFlow(flow));
  const drawn = conversion.added.length > 0;
  const written =
    output === undefined ? 'Name a file by --output to have the drawing.' : `The drawing is in ${output}.`;
  return show(terminal, { report, diagnostics: drawn ? found : [], flow }, [
    ...conversionLines(report),
    ...(drawn || output !== undefined ? ['', written] : []),
  ]);
}

interface Shown {
  readonly report: ConversionReport;
  readonly diagnostics: readonly Diagnostic[];
  readonly flow: readonly NewNode[];
}

function show(terminal: World['terminal'], { report, diagnostics, flow }: Shown, lines: readonly string[]): ExitCode {
  const whole = report.entries.every(({ outcome }) => outcome === 'converted' || outcome === 'kept');
  const ok = whole && !hasErrors(diagnostics);
  const document = { version: 1, command: 'convert', ok, diagnostics: diagnostics as never } as const;
  terminal.result(
    { ...document, ...(report as never as { entries: [] }), flow: JSON.parse(formatFlow(flow)) } as never,
    [...diagnosticLines(diagnostics), ...lines],
  );
  return ok ? EXIT.ok : EXIT.findings;
}
