// Findings as a person reads them on a terminal: the fact, where, and what to do.
import type { Diagnostic } from '../model/diagnostic.ts';

/** Two lines a finding, errors first, then a line that counts. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): readonly string[] {
  const rank = { error: 0, warning: 1, info: 2 };
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return sorted.flatMap(describe);
}

function describe(diagnostic: Diagnostic): string[] {
  const { source } = diagnostic;
  const where = [printable(source.label ?? source.node), source.field]
    .filter(part => part !== undefined && part !== '')
    .join(', ');
  return [
    `${diagnostic.severity}: ${printable(diagnostic.summary)}`,
    `  ${printable(diagnostic.remedy)} [${where}; ${diagnostic.code}]`,
  ];
}

/** Control characters could redraw the terminal; names come from flow files. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** `2 errors, 1 warning`; empty when there is nothing to count. */
export function countText(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: Diagnostic['severity']) => diagnostics.filter(item => item.severity === severity).length;
  const words = (count: number, word: string) => (count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`]);
  return [...words(of('error'), 'error'), ...words(of('warning'), 'warning'), ...words(of('info'), 'remark')].join(
    ', ',
  );
}
