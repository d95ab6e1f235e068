// Why evidence proves nothing, or what is not as the policy says.
import type { Component } from '../model/boot-component.ts';
import type { Code } from '../model/codes.ts';
import { quoted } from '../model/plain-text.ts';

export interface Finding {
  readonly code: Code;
  /** A fact, one sentence. Plain text. */
  readonly message: string;
  /** What differs. */
  readonly component?: Component;
  readonly pcr?: number;
}

/** @param what  name of what was found, of which nobody knows where it comes from */
export function mismatch(component: Component, pcr: number, fact: string, what?: string): Finding {
  const name = what === undefined ? component : `${component} ${quoted(what)}`;
  return { code: 'GW_ATTEST_MISMATCH', component, pcr, message: `The ${name} ${fact} (PCR ${pcr}).` };
}
