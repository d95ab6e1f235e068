// What is wrong with a drawing. Diagnostics are collected and shown together, never thrown.
import type { Code } from './codes.ts';
import type { Source } from './resource.ts';

export type Severity = 'error' | 'warning' | 'info';

export interface Diagnostic {
  /** A design with an `error` is saved but cannot be applied. */
  readonly severity: Severity;
  readonly code: Code;
  /** What is wrong, a fact, one sentence. Plain text: escape before it goes into HTML. */
  readonly summary: string;
  /** What to do, one sentence. */
  readonly remedy: string;
  readonly source: Source;
  /** Other places that take part, for example the second node of a clash. */
  readonly related?: readonly Source[];
}

/** Whether a design with these diagnostics may be applied. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(diagnostic => diagnostic.severity === 'error');
}
