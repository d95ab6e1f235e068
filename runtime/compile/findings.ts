// Collects what is wrong with a drawing. Bounded: a hostile drawing cannot fill memory with findings.
import type { Code } from '../model/codes.ts';
import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import type { DrawnNode } from '../model/lowering.ts';
import type { Source } from '../model/resource.ts';

/** Most findings kept; the rest is counted. */
const MOST_FINDINGS = 1000;

export interface NewFinding {
  /** Default `error`. */
  readonly severity?: Severity | undefined;
  readonly code: Code;
  readonly source: Source;
  readonly field?: string | undefined;
  readonly summary: string;
  readonly remedy: string;
  readonly related?: readonly Source[] | undefined;
}

export class Findings {
  readonly #kept: Diagnostic[] = [];
  readonly #dropped: Diagnostic[] = [];

  add(finding: NewFinding): void {
    const { severity = 'error', code, summary, remedy, source, field, related = [] } = finding;
    const diagnostic: Diagnostic = {
      ...{ severity, code, summary, remedy },
      source: field === undefined ? source : { ...source, field },
      ...(related.length === 0 ? {} : { related: related.slice(0, 20) }),
    };
    if (this.#kept.length < MOST_FINDINGS) this.#kept.push(diagnostic);
    else this.#drop(diagnostic);
  }

  /** All findings in the order they were made; when there were too many, the last one says so. */
  list(): readonly Diagnostic[] {
    return this.#dropped.length === 0 ? this.#kept : [...this.#kept, this.#more()];
  }

  #drop(diagnostic: Diagnostic): void {
    // One error is enough to know that the drawing cannot be applied.
    if (this.#dropped.every(dropped => dropped.severity !== diagnostic.severity)) this.#dropped.push(diagnostic);
  }

  #more(): Diagnostic {
    const [first] = this.#dropped;
    const errors = this.#dropped.some(dropped => dropped.severity === 'error');
    return {
      severity: errors ? 'error' : 'warning',
      code: 'GW_FINDINGS_MORE',
      summary: `There are more than ${MOST_FINDINGS} findings; the rest is not shown.`,
      remedy: 'Mend those that are shown, then look again.',
      source: first?.source ?? { node: '' },
    };
  }
}

export function sourcesOf(nodes: readonly DrawnNode[]): readonly Source[] {
  return nodes.map(node => node.source);
}
