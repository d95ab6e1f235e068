// `gatewright format FLOW`: a drawing as text that two people write alike, without secrets. Touches no gateway.
import { flowJson, formatFlow } from '../../convert/format-flow.ts';
import type { CliContext } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openFile } from '../flow-file.ts';
import { writeNamed } from '../written-file.ts';

/** @throws UsageError when a file cannot be read or written */
export async function format(
  { terminal }: Pick<CliContext, 'terminal'>,
  path: string,
  { output }: { readonly output?: string },
): Promise<ExitCode> {
  const { nodes, diagnostics } = await openFile(path);
  const ok = diagnostics.length === 0;
  const text = formatFlow(flowJson(nodes));
  if (ok && output !== undefined) await writeNamed(output, text);
  const shown = output === undefined ? text.trimEnd().split('\n') : [`The drawing is in ${output}.`];
  terminal.result(
    {
      version: 1,
      command: 'format',
      ok,
      diagnostics: diagnostics as never,
      flow: JSON.parse(ok ? text : '[]') as never,
    },
    ok ? shown : diagnosticLines(diagnostics),
  );
  return ok ? EXIT.ok : EXIT.findings;
}
