// Where what a profile says comes from. A field is a claim; here stands who made it.
import { z } from 'zod';

/**
 * How much a field is worth. `probed`: read from the box itself. `vendor-sheet`: a public text of its maker, which was
 * looked at. `user`: somebody wrote it down. `unverified`: from memory, to be checked before anybody relies on it.
 */
export const Confidence = z.enum(['probed', 'vendor-sheet', 'user', 'unverified']);
export type Confidence = z.infer<typeof Confidence>;

export const Fact = z.strictObject({
  confidence: Confidence,
  /** What was read, so that somebody else can look it up. */
  source: z.string().min(1).max(300),
});
export type Fact = z.infer<typeof Fact>;

/** By the name of the field; `*` stands for every field of the row that is not named. */
export const Evidence = z.record(z.string().max(40), Fact);
export type Evidence = Readonly<Record<string, Fact>>;

/** Paths of the fields that no evidence stands behind, such as `cpu.vtd` or `nics.0.driver`. @param value  a profile */
export function unsourcedFields(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => unsourcedFields(each, below(path, String(index))));
  if (value === null || typeof value !== 'object') return [];
  const row = value as Record<string, unknown>;
  const evidence = row.evidence as Evidence | undefined;
  return Object.entries(row).flatMap(([field, each]) => {
    // An empty list claims nothing.
    if (field === 'evidence' || each === undefined || (Array.isArray(each) && each.length === 0)) return [];
    if (evidence === undefined) return unsourcedFields(each, below(path, field));
    return evidence['*'] === undefined && evidence[field] === undefined ? [below(path, field)] : [];
  });
}

function below(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}
