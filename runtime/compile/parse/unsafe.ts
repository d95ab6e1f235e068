// Looks through a whole flow for what no flow may hold: keys that reach an object's prototype, and bottomless nesting.

import { quoted } from '../../model/plain-text.ts';
import type { NewFinding } from '../findings.ts';

const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const MOST_DEPTH = 64;
const MOST_VALUES = 5_000_000;

type Unsafe = Pick<NewFinding, 'code' | 'summary' | 'remedy'>;

/** The first unsafe thing; `undefined` when there is none. Walks level by level, so depth cannot exhaust the stack. */
export function findUnsafe(value: unknown): Unsafe | undefined {
  let level: unknown[] = [value];
  let seen = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_DEPTH)
      return {
        code: 'GW_FLOW_TOO_DEEP',
        summary: `The flow is nested more than ${MOST_DEPTH} levels deep.`,
        remedy: 'Look for the field that holds so many lists or objects inside each other, and flatten it.',
      };
    seen += level.length;
    if (seen > MOST_VALUES)
      return {
        code: 'GW_FLOW_TOO_LARGE',
        summary: `The flow holds more than ${MOST_VALUES} lists and objects.`,
        remedy: 'Split it into several flows.',
      };
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      const key = Array.isArray(item) ? undefined : Object.keys(item).find(name => UNSAFE_KEYS.has(name));
      if (key !== undefined)
        return {
          code: 'GW_FLOW_UNSAFE_KEY',
          summary: `The flow has a field named ${quoted(key)}, which could change how programs behave.`,
          remedy: 'Remove the field; if you do not know where it comes from, do not use the file.',
        };
      for (const part of Object.values(item)) if (typeof part === 'object' && part !== null) next.push(part);
    }
    level = next;
  }
  return undefined;
}
