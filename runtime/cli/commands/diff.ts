// `gatewright diff A B`: what sets two drawings apart, as gateways would see it. Asks none of them.
import { hasErrors } from '../../model/diagnostic.ts';
import { compareDesigns } from '../../plan/compare.ts';
import { renderComparison } from '../../plan/render-comparison.ts';
import type { CliContext } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { compileFile } from '../flow-file.ts';

export async function diff({ terminal }: Pick<CliContext, 'terminal'>, a: string, b: string): Promise<ExitCode> {
  const [from, to] = [await compileFile(a), await compileFile(b)];
  const faulty = [[a, from] as const, [b, to] as const].filter(([, { diagnostics }]) => hasErrors(diagnostics));
  const diagnostics = faulty.flatMap(([, compiled]) => compiled.diagnostics);
  const { owners, resources } = compareDesigns(from.design, to.design);
  const same = owners.length + resources.length === 0;
  const known = faulty.length > 0 ? { owners: [], resources: [] } : { owners, resources };
  terminal.result(
    {
      version: 1,
      command: 'diff',
      ok: faulty.length === 0 && same,
      diagnostics: diagnostics as never,
      owners: known.owners as never,
      resources: known.resources as never,
    },
    faulty.length > 0
      ? [
          ...faulty.flatMap(([path, compiled]) => [`${path}:`, ...diagnosticLines(compiled.diagnostics)]),
          'A drawing with errors asks for nothing that could be compared. Correct it first.',
        ]
      : renderComparison({ owners, resources }),
  );
  return faulty.length === 0 && same ? EXIT.ok : EXIT.findings;
}
