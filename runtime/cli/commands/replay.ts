// `gatewright replay FLOW --recording FILE`: what the rules of a drawing would do to recorded traffic, against those that run
// or those of another drawing. Nothing is sent and nothing is changed.

import { type Side, sideOf } from '../../explain/guarded-lines.ts';
import type { Address } from '../../model/address.ts';
import type { GatewayDesign } from '../../model/design.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import type { Resource } from '../../model/resource.ts';
import { type CliContext, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { counted } from '../counted.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { compileFile } from '../flow-file.ts';
import { judgedWires } from '../judged-wires.ts';
import { about } from '../meet-agent.ts';
import { RecordingFile } from '../recording-file.ts';
import { verdictLines } from '../replay-text.ts';
import type { CliDocument } from '../shapes.ts';
import { WhatIf, type WireVerdict } from '../what-if.ts';
import { wholeNumber } from '../whole-number.ts';

const RUNNING = 'running';
const MOST_SHOWN = 100_000;

export interface ReplayOption extends GatewayOption {
  readonly recording: string;
  /** `running`, or a file with flow JSON. */
  readonly against: string;
  readonly line?: string;
  readonly vm?: string;
  /** Name of a link in the recording; absent = all of them. */
  readonly link?: string;
  readonly port?: string;
  readonly show: string;
}

/** Exits with 1 when a frame is newly blocked or allowed. @throws UsageError when there is nothing to judge */
export async function replay(context: CliContext, flow: string, option: ReplayOption): Promise<ExitCode> {
  const show = wholeNumber('--show', option.show, 0, MOST_SHOWN);
  const port = option.port === undefined ? {} : { port: wholeNumber('--port', option.port, 1, 0xffff) };
  if ([flow, option.recording, option.against].filter(path => path === '-').length > 1)
    throw new UsageError('only one file can be read from standard input; name the others');
  const drawn = await drawing(flow, option);
  const other = option.against === RUNNING ? undefined : await drawing(option.against, option);
  const diagnostics = [...drawn.diagnostics, ...(other?.diagnostics ?? [])];
  if (hasErrors(diagnostics)) return refuse(context, option, diagnostics);
  const before = other === undefined ? await running(context, drawn.designs) : sideOf(resourcesOf(other.designs));
  const drawnResources = resourcesOf(drawn.designs);
  const names = new Map(drawnResources.map(({ address, was }) => [address, was]));
  const sides = { before, after: sideOf(drawnResources), was: (address: Address) => names.get(address) };
  const choice = { line: option.line, end: option.vm };
  const whatIf = new WhatIf(judgedWires(sides, choice), { show, ...port });
  const file = new RecordingFile(option.recording, text => context.terminal.progress(text));
  for await (const batch of file.batches())
    whatIf.take(option.link === undefined ? batch : batch.filter(({ link }) => link === option.link));
  return tell(context, option, diagnostics, file, whatIf);
}

interface Drawing {
  readonly designs: readonly GatewayDesign[];
  readonly diagnostics: readonly Diagnostic[];
}

async function drawing(path: string, option: GatewayOption): Promise<Drawing> {
  const { design, diagnostics } = await compileFile(path);
  return { designs: chosenDesigns(design, diagnostics, option), diagnostics };
}

function resourcesOf(designs: readonly GatewayDesign[]): readonly Resource[] {
  return designs.flatMap(({ resources }) => Object.values(resources));
}

/** What runs now, as the agents of the gateways see it. */
async function running(context: CliContext, designs: readonly GatewayDesign[]): Promise<Side> {
  const observed = await withTargets(context, designs, targets =>
    Promise.all(targets.map(({ agent, design }) => about(design.gateway.name, () => agent.observe()))),
  );
  return sideOf(observed.flatMap(({ resources }) => Object.values(resources)));
}

function refuse(context: CliContext, option: ReplayOption, diagnostics: readonly Diagnostic[]): ExitCode {
  context.terminal.result(
    {
      ...{ version: 1, command: 'replay', ok: false, against: againstWhat(option), wires: [] },
      diagnostics: diagnostics as never,
    },
    [...diagnosticLines(diagnostics), 'A drawing has errors, so nothing is judged.'],
  );
  return EXIT.findings;
}

function againstWhat({ against }: ReplayOption): 'running' | 'drawing' {
  return against === RUNNING ? 'running' : 'drawing';
}

function tell(
  { terminal }: CliContext,
  option: ReplayOption,
  diagnostics: readonly Diagnostic[],
  file: RecordingFile,
  whatIf: WhatIf,
): ExitCode {
  const remarks = whatIf.end();
  const { verdicts, figures } = whatIf;
  if (figures.spoken === 0) throw new UsageError(nothingFound(option, file, remarks));
  const ok = verdicts.every(({ comparison }) => comparison.changed() === 0);
  terminal.result(
    {
      ...{ version: 1, command: 'replay', ok, against: againstWhat(option), diagnostics: diagnostics as never },
      recording: { ...file.facts, ...figures, remarks: [...remarks] },
      wires: verdicts.map(wireDocument),
    },
    [
      ...diagnosticLines(diagnostics),
      ...recordingLines(option, file, figures, remarks),
      ...verdicts.flatMap(verdictLines),
    ],
  );
  return ok ? EXIT.ok : EXIT.findings;
}

function nothingFound(option: ReplayOption, { name, facts }: RecordingFile, remarks: readonly string[]): string {
  const { format, foreign } = facts;
  const where = option.link === undefined ? '' : ` on the link ${option.link}`;
  const left = [...(foreign > 0 ? [`${counted(foreign, 'packet')} of it are of other types`] : []), ...remarks];
  const why = left.length === 0 ? '' : ` (${left.join('; ')})`;
  return `${name}, a ${format}, holds nothing that goes over these lines${where}${why}; name another recording`;
}

function recordingLines(
  option: ReplayOption,
  { name, facts }: RecordingFile,
  { spoken, fromMs = 0, toMs = 0 }: WhatIf['figures'],
  remarks: readonly string[],
): readonly string[] {
  const span = `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
  const side = option.against === RUNNING ? 'what runs' : option.against;
  return [
    `${name} (${facts.format}): ${counted(spoken, 'frame')} ${span}, against ${side}`,
    ...(facts.cutOffBytes > 0 ? [`  its last ${counted(facts.cutOffBytes, 'byte')} are cut off`] : []),
    ...(facts.foreign > 0 ? [`  ${counted(facts.foreign, 'packet')} of other types were passed over`] : []),
    ...remarks.map(remark => `  ${remark}`),
  ];
}

function wireDocument({ wire, comparison }: WireVerdict): CliDocument<'replay'>['wires'][number] {
  const { line, end, way } = wire;
  const { judged, tallies, listed } = comparison;
  const frames = listed.map(({ change, note, before, after }) => ({ ...note, change, before, after }));
  const changed = { blocked: comparison.changed('blocked'), allowed: comparison.changed('allowed') };
  // The shapes are those of what is told; only that lists there are made to be changed.
  return { line, end, way, judged, ...changed, tallies: tallies as never, frames: frames as never };
}
