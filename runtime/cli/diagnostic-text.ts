// Findings as a person reads them on a terminal: the fact, where, and what to do.
import type { Diagnostic } from '../model/diagnostic.ts';
import { counted } from './counted.ts';

/** Two lines a finding, errors first. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): readonly string[] {
  const rank = { error: 0, warning: 1, info: 2 };
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return sorted.flatMap(describe);
}

function describe(diagnostic: Diagnostic): string[] {
  const { severity, summary, remedy, source, code } = diagnostic;
  const where = [source.label ?? source.node, source.field]
    .filter(part => part !== undefined && part !== '')
    .join(', ');
  return [`${severity}: ${summary}`, `  ${remedy} [${where === '' ? code : `${where}; ${code}`}]`];
}

/** `2 errors, 1 warning`; empty when there is nothing to count. */
export function countText(diagnostics: readonly Diagnostic[]): string {
  const words = { error: 'error', warning: 'warning', info: 'remark' } as const;
  return Object.entries(words)
    .map(([severity, word]) => [diagnostics.filter(item => item.severity === severity).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => counted(count, word))
    .join(', ');
}
