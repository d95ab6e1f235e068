// `gatewright validate FLOW`: compiles a drawing and tells what is wrong with it. Touches no gateway.
import { hasErrors } from '../../model/diagnostic.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../counted.ts';
import { countText, diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { compileFile } from '../flow-file.ts';

export async function validate(context: CliContext, flow: string): Promise<ExitCode> {
  const { design, diagnostics } = await compileFile(flow);
  const bad = hasErrors(diagnostics);
  const resources = Object.keys(design.resources).sort() as (keyof typeof design.resources &
    `${string}.${string}/${string}`)[];
  const gateways = Object.keys(design.gateways).sort();
  const sizes = `${counted(gateways.length, 'gateway')}, ${counted(resources.length, 'resource')}`;
  const summary = bad
    ? `${countText(diagnostics)}. The drawing cannot be applied.`
    : `The drawing is sound: ${sizes}${diagnostics.length > 0 ? `, ${countText(diagnostics)}` : ''}.`;
  context.terminal.result(
    {
      version: 1,
      command: 'validate',
      ok: !bad,
      design: { version: design.version, gateways, resources: resources as never },
      diagnostics: [...diagnostics] as never,
    },
    [...diagnosticLines(diagnostics), summary],
  );
  return bad ? EXIT.findings : EXIT.ok;
}
