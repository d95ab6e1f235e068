// Findings about the model of a box as a person reads them: the fact, the row, and what to do.
import type { Finding } from '../hardware/finding.ts';

/** Two lines a finding, errors first. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  const rank = { error: 0, warning: 1, info: 2 };
  return [...findings]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .flatMap(({ severity, summary, remedy, row, code }) => [
      `${severity}: ${summary}`,
      `  ${remedy} [${row === '' ? code : `${row}; ${code}`}]`,
    ]);
}
