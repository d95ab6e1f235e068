// Exceptions from a drawing: what is left as it is until a date, in the design that is planned and in the drift that is told. Pure.
import { canonicalJson } from '../model/canonical.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { DriftException } from '../model/drift.ts';
import { SPECS } from '../model/kind.ts';
import type { Observed } from '../model/observed.ts';
import type { FieldChange, Step } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { diff } from './diff.ts';
import { leave } from './leave.ts';

/** Whether it is in force. @param nowMs  Unix time in ms */
export function isLive({ untilMs }: DriftException, nowMs: number): boolean {
  return nowMs < untilMs;
}

/** Whether a difference is the one that was excepted: the same field, and still the same value in it. */
export function covers(exception: DriftException, address: string, { field, from }: FieldChange): boolean {
  return exception.address === address && exception.field === field && same(exception.value, from);
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson([a]) === canonicalJson([b]);
}

/**
 * What shall be, with what is excepted left as it is observed. The same object where nothing is.
 * @param exceptions  those in force; one that would leave something that cannot be asked for is without effect
 */
export function leaveExcepted(
  design: GatewayDesign,
  observed: Observed,
  exceptions: readonly DriftException[],
): GatewayDesign {
  const left = [...Map.groupBy(exceptions, ({ address }) => address)].flatMap(([address, own]) => {
    const wanted: Resource | undefined = design.resources[address];
    const found = observed.resources[address];
    if (wanted === undefined || found === undefined) return [];
    const resource = leaveFields(wanted, found.spec, own);
    return resource === undefined ? [] : [[address, resource] as const];
  });
  if (left.length === 0) return design;
  return { ...design, resources: { ...design.resources, ...Object.fromEntries(left) } };
}

/** Whether what an exception leaves can be asked for as if it were drawn. */
export function canStand(design: GatewayDesign, observed: Observed, exception: DriftException): boolean {
  return leaveExcepted(design, observed, [exception]) !== design;
}

/** Those that leave something as it is. */
export function inEffect(
  design: GatewayDesign,
  observed: Observed,
  exceptions: readonly DriftException[],
): readonly DriftException[] {
  return exceptions.filter(one => canStand(design, observed, one));
}

/** `undefined` where nothing is left. */
function leaveFields(wanted: Resource, found: unknown, exceptions: readonly DriftException[]): Resource | undefined {
  const covered = diff(found, wanted.spec).filter(change =>
    exceptions.some(exception => covers(exception, wanted.address, change)),
  );
  if (covered.length === 0) return undefined;
  const spec = SPECS[wanted.kind].safeParse(leave(found, wanted.spec, new Set(covered.map(({ field }) => field))));
  return spec.success ? ({ ...wanted, spec: spec.data } as Resource) : undefined;
}

/** What is drift still: steps without what is excepted, and without what only followed from that. */
export function withoutExcepted(steps: readonly Step[], exceptions: readonly DriftException[]): readonly Step[] {
  if (exceptions.length === 0) return steps;
  const gone = new Set<string>();
  const kept = steps.flatMap(step => {
    const changes = step.changes.filter(change => !exceptions.some(one => covers(one, step.address, change)));
    if (changes.length === step.changes.length) return [step];
    if (changes.length > 0) return [{ ...step, changes }];
    gone.add(step.id);
    return [];
  });
  return kept.filter(step => !isConsequence(step) || !step.needs.some(need => gone.has(need)));
}

/** A rebuild only because something below it is rebuilt. */
export function isConsequence({ action, changes, was }: Step): boolean {
  return action === 'replace' && changes.length === 0 && was === undefined;
}
