// What a recording says about other rules, as a person reads it on a terminal.
import type { Tally } from '../lanes/what-if/comparison.ts';
import type { Decider, Fate } from '../lanes/what-if/guard-chain.ts';
import { counted } from './counted.ts';
import type { WireVerdict } from './what-if.ts';

const WAYS = { 'from-vm': 'said by', 'to-vm': 'heard by' } as const;
const CHANGES = { blocked: 'newly blocked', allowed: 'newly allowed' } as const;

/** One wire: how much changed, by which rules, and the first frames with their reasons. */
export function verdictLines({ wire, comparison }: WireVerdict): readonly string[] {
  const { judged, tallies, listed } = comparison;
  const [blocked, allowed] = [comparison.changed('blocked'), comparison.changed('allowed')];
  const head = `${wire.line}, ${WAYS[wire.way]} ${wire.end}: ${counted(judged, 'frame')}`;
  if (blocked + allowed === 0) return [`${head}, no difference`];
  const more = blocked + allowed - listed.length;
  return [
    `${head}, ${blocked} newly blocked, ${allowed} newly allowed`,
    ...tallies.map(tallyLine),
    ...listed.flatMap(({ change, note, before, after }) => [
      `  ${new Date(note.atMs).toISOString()}  ${CHANGES[change]}: ${note.says}${place(note)}`,
      ...fateLines('before', before),
      ...fateLines('now', after),
    ]),
    ...(more > 0 ? [`  and ${counted(more, 'frame')} more; --show COUNT shows more of them`] : []),
  ];
}

function place({ link, between }: { readonly link: string; readonly between?: string }): string {
  return `  (${between ?? link})`;
}

function tallyLine({ change, before, after, frames }: Tally): string {
  const [passed, passes] = [change === 'blocked', change === 'allowed'];
  return `  ${CHANGES[change]} ${frames}: before ${who(before, passed)}, now ${who(after, passes)}`;
}

function who(by: readonly Decider[], accepted: boolean): string {
  const names = by.map(({ firewall, rule }) =>
    rule === undefined ? `no rule of ${firewall}` : `${rule} of ${firewall}`,
  );
  if (accepted) return names.length === 0 ? 'no firewall' : `accepted by ${names.join(' and ')}`;
  return names.length === 0 ? 'no wire' : `denied by ${names.join(' and ')}`;
}

function fateLines(when: string, { why }: Fate): readonly string[] {
  const [head = '', ...rest] = why;
  return [`    ${when}: ${head}`, ...rest.map(line => `      ${line}`)];
}
