// `gatewright convert FLOW`: nodes of other packs as buses, firewalls and VMs, with a report. Touches no gateway.
import { NODE_TYPES } from '../../../nodes/catalog.ts';
import { compile } from '../../compile/compile.ts';
import { applyConversion, REPLACED_WAYS, type Replaced } from '../../convert/apply-conversion.ts';
import type { ConversionReport, NewNode } from '../../convert/conversion.ts';
import { convertFlow } from '../../convert/convert-flow.ts';
import { FOREIGN_TYPES } from '../../convert/foreign/catalog.ts';
import { formatFlow } from '../../convert/format-flow.ts';
import { gatewaysOf } from '../../convert/place.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import type { CliContext } from '../context.ts';
import { conversionLines } from '../convert-text.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { openFile } from '../flow-file.ts';
import { writeNamed } from '../written-file.ts';

interface Options {
  readonly output?: string;
  readonly gateway?: string;
  /** What becomes of nodes that are replaced. */
  readonly replaced: string;
}

type World = Pick<CliContext, 'terminal'>;
const NOTHING: ConversionReport = { gateway: '', lines: [], entries: [], replaced: [] };

/** @throws UsageError when a file cannot be read or written */
export async function convert(
  { terminal }: World,
  path: string,
  { output, gateway, replaced }: Options,
): Promise<ExitCode> {
  const way = wayOf(replaced);
  const { nodes, diagnostics } = await openFile(path);
  if (diagnostics.length > 0) return show(terminal, { report: NOTHING, diagnostics, flow: [] }, []);
  const conversion = convertFlow(nodes, FOREIGN_TYPES, drawnGateway(nodes, gateway));
  const flow = applyConversion(nodes, conversion, way);
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

/** @throws UsageError for one that the flow does not have */
function drawnGateway(nodes: Parameters<typeof convertFlow>[0], wanted: string | undefined): string | undefined {
  const names = gatewaysOf(nodes).map(({ raw }) => String(raw.name));
  if (wanted === undefined || names.includes(wanted)) return wanted;
  throw new UsageError(`the flow has no gateway ${wanted}; it has ${names.join(', ') || 'none at all'}`);
}

function wayOf(text: string): Replaced {
  const way = REPLACED_WAYS.find(one => one === text);
  if (way !== undefined) return way;
  throw new UsageError(`--replaced takes ${REPLACED_WAYS.join(', ')}, not ${text}; choose one of them`);
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
