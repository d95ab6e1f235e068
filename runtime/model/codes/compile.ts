import type { CodeEntry } from '../codes.ts';

export const COMPILE_CODES = {} as const satisfies Record<string, CodeEntry>;
