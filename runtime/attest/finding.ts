// Why evidence proves nothing, or what is not as the policy says.
import type { Code } from '../model/codes.ts';
import type { Component } from './component.ts';

export interface Finding {
  readonly code: Code;
  /** A fact, one sentence. Plain text. */
  readonly message: string;
  /** What differs. */
  readonly component?: Component;
  readonly pcr?: number;
}
