// `gatewright explain FLOW`: why a frame on a line, or a packet on a network, passes the rules or does not. Nothing is sent.
import { explainFrame } from '../../explain/frame.ts';
import { givenFrame } from '../../explain/given-frame.ts';
import { givenPacket } from '../../explain/given-packet.ts';
import { type Side, sideOf } from '../../explain/guarded-lines.ts';
import { explainPacket } from '../../explain/packet.ts';
import type { Way } from '../../explain/way-rules.ts';
import type { Address } from '../../model/address.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import type { Explained, ExplainedPacket } from '../../model/explained.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import { type CliContext, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { explainedLines, packetLines } from '../explain-text.ts';
import { compileFile } from '../flow-file.ts';
import { judgedWires } from '../judged-wires.ts';
import { about } from '../meet-agent.ts';

export interface ExplainOption extends GatewayOption {
  readonly frame?: string;
  readonly packet?: string;
  readonly line?: string;
  readonly vm?: string;
  readonly way: string;
  readonly from?: string;
  readonly to?: string;
  /** Ask the rules that run in place of those that are drawn. */
  readonly running?: boolean;
}

interface ExplainedWire extends Explained {
  readonly line: Address;
  readonly end: Address;
  readonly way: Way;
}

interface Rules {
  readonly side: Side;
  readonly policies: readonly PolicySpec[];
}

const WAYS = { 'from-vm': 'said by', 'to-vm': 'heard by' } as const;

/** Exits with 1 when something does not pass. @throws UsageError when nothing is asked, or where no rules are */
export async function explain(context: CliContext, flow: string, option: ExplainOption): Promise<ExitCode> {
  const { frame, packet, way } = option;
  if ((frame === undefined) === (packet === undefined)) throw new UsageError('name either --frame or --packet');
  if (way !== 'from-vm' && way !== 'to-vm') throw new UsageError('--way is from-vm or to-vm');
  const { design, diagnostics } = await compileFile(flow);
  const designs = chosenDesigns(design, diagnostics, option);
  const from = option.running === true ? 'running' : 'drawing';
  const document = { version: 1, command: 'explain', diagnostics: diagnostics as never, rules: from } as const;
  if (hasErrors(diagnostics)) {
    const lines = [...diagnosticLines(diagnostics), 'The drawing has errors, so nothing is explained.'];
    context.terminal.result({ ...document, ok: false, frames: [], packets: [] }, lines);
    return EXIT.findings;
  }
  const resources =
    from === 'drawing'
      ? designs.flatMap(({ resources }) => Object.values(resources))
      : await withTargets(context, designs, async targets => {
          const seen = await Promise.all(
            targets.map(({ agent, design }) => about(design.gateway.name, () => agent.observe())),
          );
          return seen.flatMap(({ resources }) => Object.values(resources));
        });
  const policies = resources.filter(({ kind }) => kind === 'policy').map(({ spec }) => spec as PolicySpec);
  const rules: Rules = { side: sideOf(resources), policies };
  const frames = frame === undefined ? [] : explainedWires(rules, frame, way, option);
  const packets = packet === undefined ? [] : explainedPackets(rules, packet, option);
  const ok = [...frames, ...packets].every(({ accepted }) => accepted);
  context.terminal.result({ ...document, ok, frames: frames as never, packets: packets as never }, [
    ...diagnosticLines(diagnostics),
    ...frames.flatMap(wire => explainedLines(`${wire.line}, ${WAYS[wire.way]} ${wire.end}`, wire)),
    ...packets.flatMap(packetLines),
  ]);
  return ok ? EXIT.ok : EXIT.findings;
}

function explainedWires(
  { side }: Rules,
  text: string,
  way: Way,
  { line, vm }: ExplainOption,
): readonly ExplainedWire[] {
  const nothing: Side = { lines: new Map(), all: new Set() };
  const sides = { before: nothing, after: side, was: () => undefined };
  const wires = judgedWires(sides, { line, end: vm }).filter(wire => wire.way === way);
  const protocols = new Set(wires.map(({ protocol }) => protocol));
  if (protocols.size > 1) throw new UsageError('lines of several protocols are meant; name one with --line');
  return wires.map(wire => {
    const end = side.lines.get(wire.line)?.ends.find(one => one.end === wire.end);
    const { protocol } = wire;
    const explained = explainFrame(protocol, end ?? { end: wire.end, guards: [] }, way, givenFrame(protocol, text));
    return { line: wire.line, end: wire.end, way, ...explained };
  });
}

function explainedPackets({ policies }: Rules, text: string, option: ExplainOption): readonly ExplainedPacket[] {
  const packet = givenPacket(text);
  const ports = [
    ...new Set(policies.flatMap(({ links, bindings }) => [...links, ...bindings].map(({ port }) => port))),
  ];
  const places = { from: portNamed(ports, option.from), to: portNamed(ports, option.to) };
  const packets = policies.flatMap(policy => explainPacket(policy, packet, places));
  if (packets.length > 0) return packets;
  throw new UsageError(
    `no firewall is known to be in its way; name where it comes from or goes to with --from or --to: ${ports.join(', ') || 'there is no link with a firewall'}`,
  );
}

function portNamed(ports: readonly Address[], name: string | undefined): Address | undefined {
  if (name === undefined) return undefined;
  const found = ports.find(port => port === name || port.endsWith(`/${name}`));
  if (found !== undefined) return found;
  throw new UsageError(`there is no port ${name}; there are ${ports.join(', ') || 'none'}`);
}
