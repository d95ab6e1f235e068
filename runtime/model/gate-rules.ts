// What gates on one machine ask together. They get one answer, so in each PCR they have to allow the same.
import { canonicalJson } from './canonical.ts';
import type { GateSpec } from './kinds/gate.ts';

type Asking = Pick<GateSpec, 'pcrs' | 'rules' | 'foretold'>;

/** PCRs that are judged by what is drawn: kernel, initrd and command line, as UEFI and the EFI stub of Linux measure them. */
export const FORETOLD_PCRS: readonly number[] = [4, 9];

/** PCRs that a gate judges: also those that its rules name, and those that are foretold. */
export function judgedBy({ pcrs, rules = [], foretold }: Asking): readonly number[] {
  return [...pcrs, ...rules.map(({ pcr }) => pcr), ...(foretold ? FORETOLD_PCRS : [])];
}

/** The first PCR in which gates on one machine allow different things by their rules, with two that do. */
export function rulesAtOdds<T extends { readonly spec: Asking }>(
  gates: readonly T[],
): { readonly pcr: number; readonly gates: readonly [T, T] } | undefined {
  for (const pcr of new Set(gates.flatMap(({ spec }) => judgedBy(spec)))) {
    const [first, ...others] = gates.filter(({ spec }) => judgedBy(spec).includes(pcr));
    const other = first && others.find(({ spec }) => allowedIn(spec, pcr) !== allowedIn(first.spec, pcr));
    if (first !== undefined && other !== undefined) return { pcr, gates: [first, other] };
  }
  return undefined;
}

/** What rules allow and require in a PCR, whatever their order and their names. */
function allowedIn({ rules = [] }: Asking, pcr: number): string {
  const own = rules.filter(rule => rule.pcr === pcr && rule.action !== 'forbid');
  return own
    .map(({ id: _name, ...rule }) => canonicalJson(rule))
    .sort()
    .join('\n');
}
