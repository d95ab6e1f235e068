// A date as people type it.
import { UsageError } from './exit.ts';

const HOUR_MS = 3_600_000;
const UNITS_MS = { h: HOUR_MS, d: 24 * HOUR_MS } as const;

/**
 * `8h`, `3d`, a day such as `2026-12-24` (all of it, by the clock here), or a time such as `2026-12-24T18:00Z`.
 * @param nowMs  Unix time in ms
 * @returns Unix time in ms
 * @throws UsageError
 */
export function untilOf(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/.test(text);
  const atMs = isDay || isTime ? Date.parse(isDay ? `${text}T23:59:59.999` : text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new UsageError(
    `--until takes 8h, 3d, a day such as 2026-12-24 or a time such as 2026-12-24T18:00Z, not ${text}`,
  );
}
