// `gatewright import FILE`: a domain of libvirt as a VM with its cards, switches and devices. Touches no gateway.
import { NODE_TYPES } from '../../../nodes/catalog.ts';
import { compile } from '../../compile/compile.ts';
import { importDomain } from '../../convert/domain/import-domain.ts';
import type { DomainPart, DomainReport } from '../../convert/domain/report.ts';
import { formatFlow } from '../../convert/format-flow.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import { readBounded, type Wanted } from '../bounded-file.ts';
import type { CliContext } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { writeNamed } from '../written-file.ts';

/** More bytes than any text that is read has; reading it counts exactly. */
const LIMIT_BYTES = 4 * 1024 * 1024;
const DOMAIN: Wanted = {
  file: 'a file with the XML of a domain',
  inFolder: 'the XML of a domain',
  limitBytes: LIMIT_BYTES,
};

/**
 * @param path  a file, or `-` for standard input
 * @throws UsageError when a file cannot be read or written; GatewrightError GW_DOMAIN_FORM
 */
export async function importCommand(
  { terminal }: Pick<CliContext, 'terminal'>,
  path: string,
  { output }: { readonly output?: string },
): Promise<ExitCode> {
  const text = await readBounded(path, DOMAIN);
  if (text === undefined)
    throw new UsageError(`${path} has more than ${LIMIT_BYTES >> 20} MB; name the XML of one domain`);
  const { report, added } = importDomain(text, []);
  const { diagnostics } = compile(added, NODE_TYPES);
  const flow = formatFlow(added);
  if (output !== undefined) await writeNamed(output, flow);
  const ok = report.parts.every(({ outcome }) => outcome === 'converted') && !hasErrors(diagnostics);
  terminal.result(
    {
      ...({ version: 1, command: 'import', ok, diagnostics: diagnostics as never } as const),
      ...{ gateway: report.gateway, vm: report.vm, parts: report.parts as never, flow: JSON.parse(flow) as never },
    },
    [
      ...diagnosticLines(diagnostics),
      ...importLines(report),
      '',
      output === undefined ? 'Name a file by --output to have the drawing.' : `The drawing is in ${output}.`,
    ],
  );
  return ok ? EXIT.ok : EXIT.findings;
}

function importLines({ gateway, vm, parts }: DomainReport): readonly string[] {
  return [`VM ${vm} is drawn on gateway ${gateway}.`, ...parts.flatMap(partLines)];
}

function partLines({ what, became, notes }: DomainPart): readonly string[] {
  const words = became.length === 0 ? 'not carried over' : became.join(', ');
  return [`  ${what} → ${words}`, ...notes.map(note => `    ${note}`)];
}
