// What stands on one way of a wire of a line: the programs of its firewalls, in the order in which a frame meets them.
import type { NamedProgram } from '../lanes/what-if/guard-chain.ts';
import { WORDS } from '../protocols/catalog.ts';
import type { GuardedEnd } from './guarded-lines.ts';

/** Which way a frame goes at an end: it is said there, onto the line, or heard. */
export type Way = 'from-vm' | 'to-vm';

/** Where answers to accepted requests pass, nobody asks what a VM hears. */
export function waysOf(protocol: string): readonly Way[] {
  const { toVm } = WORDS[protocol]?.guard?.('none', []) ?? {};
  return toVm === undefined ? ['from-vm'] : ['from-vm', 'to-vm'];
}

/** None for a protocol without rules. @throws GatewrightError GW_LINE_RULE */
export function programsOf(protocol: string, { guards }: GuardedEnd, way: Way): readonly NamedProgram[] {
  return guards.flatMap(({ firewall, rules }) => {
    const programs = WORDS[protocol]?.guard?.(firewall, rules);
    const program = way === 'from-vm' ? programs?.fromVm : programs?.toVm;
    return program === undefined ? [] : [{ firewall, program }];
  });
}
