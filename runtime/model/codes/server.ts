import type { CodeEntry } from '../codes.ts';

export const SERVER_CODES = {} as const satisfies Record<string, CodeEntry>;
