// Checks the fields of one node with the schema of its type. Of a faulty node the sound fields are kept, so that its
// neighbours can still be looked at.
import type { z } from 'zod';
import type { NodeType, PlacedFault } from '../../model/node-type.ts';
import type { Source } from '../../model/resource.ts';
import type { Findings } from '../findings.ts';
import { wordsFor } from './field-words.ts';

export interface ReadFields {
  readonly config: unknown;
  readonly broken: boolean;
}

/** Where faults are reported. */
export interface FaultReport {
  readonly source: Source;
  readonly findings: Findings;
  /** Fields that were reported before. */
  readonly skip: ReadonlySet<string>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Stands in for a name or label that is missing or faulty. Nothing is built from a node that has one. */
const STAND_IN = 'unnamed';

/** `undefined` when nothing can be made of the node; that is reported. */
export function readFields(
  nodeType: NodeType,
  fields: Fields,
  report: FaultReport | undefined,
): ReadFields | undefined {
  const parsed = nodeType.config.safeParse(fields);
  if (parsed.success) return { config: parsed.data, broken: false };
  if (report !== undefined) reportIssues(parsed.error.issues, fields, report);
  for (const substitute of [(field: string) => nodeType.defaults[field], () => STAND_IN]) {
    fields = replace(fields, nodeType.config.safeParse(fields).error?.issues ?? [], substitute);
    const repaired = nodeType.config.safeParse(fields);
    if (repaired.success) return { config: repaired.data, broken: true };
  }
  return undefined;
}

function replace(fields: Fields, issues: readonly z.core.$ZodIssue[], substitute: (field: string) => unknown): Fields {
  const faulty = issues.map(issue => String(issue.path[0]));
  return { ...fields, ...Object.fromEntries(faulty.map(field => [field, substitute(field)])) };
}

function reportIssues(issues: readonly z.core.$ZodIssue[], fields: Fields, report: FaultReport): void {
  const fresh = issues.filter(issue => !report.skip.has(String(issue.path[0])));
  reportFaults(faultsOf(fresh, fields), report);
}

/** What a schema found, in words. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], fields: unknown): readonly PlacedFault[] {
  return issues.map(issue => ({ field: pathText(issue.path), ...wordsFor(issue, fields) }));
}

/** @returns whether there was any */
export function reportFaults(faults: readonly PlacedFault[], { source, findings }: FaultReport): boolean {
  for (const { code, field, fact, remedy } of faults) {
    // A faulty name is said once, not as the place where it is.
    const summary = field === 'name' && fact.startsWith('"') ? `${fact}.` : `In ${source.label}, ${fact}.`;
    findings.add({ code, source, field, summary, remedy });
  }
  return faults.length > 0;
}

/** Everything that is wrong with the fields of a node, as forms ask for it. Variables are not filled in. */
export function fieldFaults(nodeType: NodeType, fields: Fields): readonly PlacedFault[] {
  const whole = { ...nodeType.defaults, ...fields };
  const parsed = nodeType.config.safeParse(whole);
  return parsed.success ? (nodeType.faults?.(parsed.data) ?? []) : faultsOf(parsed.error.issues, whole);
}

/** `nics[0].mac`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
    .join('');
}
