import type { CodeEntry } from '../codes.ts';

export const PLAN_CODES = {} as const satisfies Record<string, CodeEntry>;
