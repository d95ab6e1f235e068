// Why something passes or does not, as a person reads it on a terminal.
import type { Explained, ExplainedGuard, ExplainedPacket, NamedRule } from '../model/explained.ts';

/** @param where  `line.cell-7/meters, said by vm.cell-7/robot-a` */
export function explainedLines(where: string, explained: Explained): readonly string[] {
  const { says, accepted, guards, gates } = explained;
  return [
    `${where}: ${says}: ${accepted ? 'passes' : 'does not pass'}`,
    ...guards.flatMap(guardLines),
    ...(guards.length === 0 && accepted ? ['  no firewall is in between'] : []),
    ...gates.map(gate => `  while ${gate} is closed it does not pass, whatever the rules say`),
  ];
}

/** @param explained  one for each segment */
export function packetLines(explained: ExplainedPacket): readonly string[] {
  const { segment, from = 'somewhere else', to = 'somewhere else', spoofed, proxied } = explained;
  return [
    ...explainedLines(`${segment}, from ${from} to ${to}`, explained),
    ...(spoofed ? [`  port security: ${from} may not send from this address`] : []),
    ...(proxied
      ? ['  Modbus TCP here goes through a proxy, by the rules for Modbus; ask with --frame and its port']
      : []),
  ];
}

function guardLines({ firewall, port, accepted, by, aboveRate, nearest }: ExplainedGuard): readonly string[] {
  const name = port === undefined ? firewall : `${firewall} at ${port}`;
  return [
    `  ${name}: ${accepted ? 'accepted' : 'denied'} ${deciderWords(by)}`,
    ...(aboveRate === undefined
      ? []
      : [`    above its rate: ${aboveRate.accepted ? 'accepted' : 'denied'} ${deciderWords(aboveRate.by)}`]),
    ...(nearest === undefined ? [] : [`    nearest: ${ruleWords(nearest)}: ${nearest.differs.join(' and ')}`]),
  ];
}

function deciderWords(by: NamedRule | undefined): string {
  return by === undefined ? 'by default: no rule fits' : `by ${ruleWords(by)}`;
}

function ruleWords({ rule, number }: NamedRule): string {
  return `rule ${number}, ${rule}`;
}
