import type { CodeEntry } from '../codes.ts';

export const AGENT_CODES = {} as const satisfies Record<string, CodeEntry>;
