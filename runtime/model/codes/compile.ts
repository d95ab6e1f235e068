import type { CodeEntry } from './entry.ts';

export const COMPILE_CODES = {} as const satisfies Record<string, CodeEntry>;
