// Alarms about what drivers see wrong: each once, and again when it had gone meanwhile.
import type { Observed, ObservedFinding } from '../model/observed.ts';

export class ObservedAlarms {
  readonly #raise: (finding: ObservedFinding) => void;
  #told: ReadonlySet<string> = new Set();

  constructor(raise: (finding: ObservedFinding) => void) {
    this.#raise = raise;
  }

  /** Hands back what it was given. */
  heed(observed: Observed): Observed {
    const findings = Object.values(observed.resources).flatMap(resource => resource.findings ?? []);
    const before = this.#told;
    this.#told = new Set(findings.map(nameOf));
    for (const finding of findings) if (!before.has(nameOf(finding))) this.#raise(finding);
    return observed;
  }
}

function nameOf({ code, message }: ObservedFinding): string {
  return `${code} ${message}`;
}
