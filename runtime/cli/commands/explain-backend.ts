// `gatewright plan FLOW --explain-backend`: what sets the back ends apart, and what of this drawing each of them cannot do.
// Plans nothing and changes nothing.
import type { GatewayDesign } from '../../model/design.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import type { DriverFacts } from '../../model/driver.ts';
import { messageOf } from '../../model/errors.ts';
import type { Backend, GatewaySpec } from '../../model/gateway.ts';
import { type BackendDifference, backendDifferences, type KnownBackend } from '../../plan/backend-differences.ts';
import { factsByKind } from '../../plan/facts.ts';
import { findLacks } from '../../plan/lacks.ts';
import { type CliContext, chosenDesigns, type GatewayOption } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { compileFile } from '../flow-file.ts';

const COMPARED: readonly Backend[] = ['simulated', 'embedded', 'linux'];

interface Explained {
  readonly gateway: string;
  /** The one that is drawn. */
  readonly backend: Backend;
  readonly backends: readonly {
    readonly backend: Backend;
    /** Why it cannot be asked here. */
    readonly away?: string;
    readonly findings: readonly Diagnostic[];
  }[];
  readonly differences: readonly BackendDifference[];
}

export async function explainBackend(context: CliContext, flow: string, option: GatewayOption): Promise<ExitCode> {
  const { design, diagnostics } = await compileFile(flow);
  const explained: Explained[] = [];
  for (const one of chosenDesigns(design, diagnostics, option)) explained.push(await explain(one, context.factsOf));
  const ok = !hasErrors(diagnostics);
  context.terminal.result(
    {
      version: 1,
      command: 'explain-backend',
      ok,
      diagnostics: diagnostics as never,
      gateways: explained as never,
    },
    [...diagnosticLines(diagnostics), ...explained.flatMap(linesOf)],
  );
  return ok ? EXIT.ok : EXIT.findings;
}

async function explain(
  design: GatewayDesign,
  factsOf: (spec: GatewaySpec) => Promise<readonly DriverFacts[]>,
): Promise<Explained> {
  const known: KnownBackend[] = [];
  const backends: Explained['backends'][number][] = [];
  for (const backend of COMPARED) {
    const gateway = { ...design.gateway, backend };
    try {
      const facts = await factsOf(gateway);
      known.push({ backend, facts });
      backends.push({ backend, findings: findLacks({ ...design, gateway }, factsByKind(facts)) });
    } catch (error) {
      backends.push({ backend, away: messageOf(error), findings: [] });
    }
  }
  const { name, backend } = design.gateway;
  return { gateway: name, backend, backends, differences: backendDifferences(known) };
}

function linesOf({ gateway, backend, backends, differences }: Explained): readonly string[] {
  return [
    `${gateway}, drawn as ${backend}`,
    ...backends.flatMap(one => [
      `  ${one.backend}: ${one.away ?? (one.findings.length === 0 ? 'can do everything that is drawn' : 'cannot do all of it')}`,
      ...diagnosticLines(one.findings).map(line => `    ${line}`),
    ]),
    ...differences.map(
      ({ kind, what, ways }) => `  ${kind}, ${what}: ${ways.map(one => `${one.backend} ${one.way}`).join('; ')}`,
    ),
  ];
}
