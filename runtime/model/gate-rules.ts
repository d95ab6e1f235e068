// What gates on one machine ask together. They get one answer, so in each PCR they have to allow the same.
import { canonicalJson } from './canonical.ts';
import type { DrawnBoot, GateSpec } from './kinds/gate.ts';

type Asking = Pick<GateSpec, 'subject' | 'pcrs' | 'rules' | 'foretold'>;

/**
 * PCRs into which kernel, initrd and command line are measured, and that are judged by what is drawn where it is foretold: by UEFI and the EFI
 * stub of Linux, or by the stub of a signed image.
 */
export function foretoldPcrs(firmware: DrawnBoot['firmware']): readonly number[] {
  return firmware === 'uefi-secure' ? [4, 11] : [4, 9];
}

/** PCRs that a gate judges: also those that its rules name, and those that are foretold. */
export function judgedBy({ subject, pcrs, rules = [], foretold }: Asking): readonly number[] {
  const drawn = foretold && subject.of === 'vm' ? foretoldPcrs(subject.boot.firmware) : [];
  return [...pcrs, ...rules.map(({ pcr }) => pcr), ...drawn];
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
