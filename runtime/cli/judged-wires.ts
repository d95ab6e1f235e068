// Which wires of a drawing a recording is held against: each VM's wire to a line, with the rules on it then and now.
import type { WayRules } from '../lanes/what-if/comparison.ts';
import type { Address } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { LinePort, LineSpec } from '../model/kinds/line.ts';
import { WORDS } from '../protocols/catalog.ts';
import { RECORDINGS } from '../protocols/recordings.ts';
import { UsageError } from './exit.ts';

/** Which way a frame goes on a VM's wire: the VM says it, or hears it. */
export type Way = 'from-vm' | 'to-vm';

/** What is known of a line; one that is observed may lack something. */
export type KnownLine = Pick<LineSpec, 'protocol'> & Partial<Pick<LineSpec, 'ports'>>;
export type KnownLines = ReadonlyMap<string, KnownLine>;

export interface JudgedWire {
  readonly line: Address<'line'>;
  readonly protocol: string;
  readonly vm: Address<'vm'>;
  readonly way: Way;
  readonly before: WayRules;
  readonly after: WayRules;
}

export interface WireChoice {
  /** Name or address; absent = every line whose protocol has rules. */
  readonly line?: string;
  /** Name or address; absent = every VM. */
  readonly vm?: string;
}

/** The lines of a gateway as they are drawn. */
export function drawnLines({ resources }: GatewayDesign): KnownLines {
  return new Map(
    Object.values(resources).flatMap(({ kind, address, spec }) =>
      kind === 'line' ? [[address, spec as LineSpec] as const] : [],
    ),
  );
}

/**
 * The wires that are chosen, in the order of the drawing.
 * @param before  lines by their address, of all these gateways
 * @throws UsageError when a choice names nothing, or nothing that has rules
 */
export function judgedWires(
  designs: readonly GatewayDesign[],
  before: KnownLines,
  choice: WireChoice,
): readonly JudgedWire[] {
  const lines = designs.flatMap(design => chosenLines(design, choice.line).map(address => ({ design, address })));
  if (lines.length === 0) throw new UsageError(noLine(designs, choice.line));
  const wires = lines.flatMap(({ design, address }) => wiresOf(design, address, before));
  const chosen = wires.filter(({ vm }) => choice.vm === undefined || isNamed(vm, choice.vm));
  if (chosen.length > 0) return chosen;
  const names = [...new Set(wires.map(({ vm }) => vm))].join(', ');
  throw new UsageError(
    choice.vm === undefined
      ? 'no VM is wired to these lines, then or now; draw a wire, or name another line'
      : `no wire goes to ${choice.vm}; there are wires to ${names || 'no VM at all'}`,
  );
}

function chosenLines(design: GatewayDesign, wanted: string | undefined): readonly Address<'line'>[] {
  return [...drawnLines(design)]
    .filter(([address, { protocol }]) => (wanted === undefined ? hasRules(protocol) : isNamed(address, wanted)))
    .map(([address, { protocol }]) => {
      if (!hasRules(protocol))
        throw new UsageError(`${address} speaks ${protocol}, which has no rules; name another line`);
      return address as Address<'line'>;
    });
}

function noLine(designs: readonly GatewayDesign[], wanted: string | undefined): string {
  const all = designs.flatMap(design => [...drawnLines(design)].filter(([, { protocol }]) => hasRules(protocol)));
  const names = all.map(([address]) => address).join(', ');
  return wanted === undefined
    ? 'the drawing has no line whose protocol has rules; draw a bus of CAN or Modbus'
    : `the drawing has no line ${wanted}; it has ${names || 'none with rules'}`;
}

function hasRules(protocol: string): boolean {
  return WORDS[protocol]?.guard !== undefined && RECORDINGS[protocol] !== undefined;
}

function isNamed(address: string, name: string): boolean {
  return address === name || address.endsWith(`/${name}`);
}

/** Wires that are drawn, and those that are there and not drawn any more. */
function wiresOf(design: GatewayDesign, line: Address<'line'>, before: KnownLines): readonly JudgedWire[] {
  const after = drawnLines(design).get(line) as KnownLine;
  const { protocol } = after;
  const former = formerOf(design, line, before);
  // A line that spoke another protocol let nothing of this one pass.
  const formerPorts = former?.protocol === protocol ? (former.ports ?? []) : [];
  const ports = after.ports ?? [];
  const pairs = ports.map(port => [formerPort(design, port.vm, formerPorts), port] as const);
  const kept = new Set(pairs.map(([was]) => was));
  const gone = formerPorts.filter(port => !kept.has(port)).map(port => [port, undefined] as const);
  return [...pairs, ...gone].flatMap(([was, is]) =>
    waysOf(protocol).map(way => {
      const rules = { before: rulesOf(protocol, was, way), after: rulesOf(protocol, is, way) };
      return { line, protocol, vm: (is ?? was)?.vm as Address<'vm'>, way, ...rules };
    }),
  );
}

/** A line or a VM that was renamed is the same one. */
function formerOf(design: GatewayDesign, address: string, before: KnownLines): KnownLine | undefined {
  return before.get(address) ?? before.get(design.resources[address]?.was ?? '');
}

function formerPort(design: GatewayDesign, vm: Address<'vm'>, ports: readonly LinePort[]): LinePort | undefined {
  const was = design.resources[vm]?.was;
  return ports.find(port => port.vm === vm) ?? ports.find(port => port.vm === was);
}

/** Where answers to accepted requests pass, nobody asks what a VM hears. */
function waysOf(protocol: string): readonly Way[] {
  const { toVm } = WORDS[protocol]?.guard?.('none', []) ?? {};
  return toVm === undefined ? ['from-vm'] : ['from-vm', 'to-vm'];
}

/** @throws GatewrightError GW_LINE_RULE */
function rulesOf(protocol: string, port: LinePort | undefined, way: Way): WayRules {
  return port?.guards.flatMap(({ firewall, rules }) => {
    const programs = WORDS[protocol]?.guard?.(firewall, rules);
    const program = way === 'from-vm' ? programs?.fromVm : programs?.toVm;
    return program === undefined ? [] : [{ firewall, program }];
  });
}
