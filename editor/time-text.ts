// When something was, as people say it: how long ago within a day, the date and time of day beyond it.
import { agoOf } from './traffic/figures.ts';
import type { Words } from './words.ts';

const DAY_MS = 86_400_000;

/** @param atMs  Unix time in ms */
export function whenText(atMs: number, nowMs: number, words: Words): string {
  if (nowMs - atMs >= DAY_MS) return dateText(atMs);
  return agoText(nowMs - atMs, words);
}

/** `12 min ago`. */
export function agoText(ms: number, words: Words): string {
  const { unit, count } = agoOf(ms);
  return words(`traffic.ago.${unit}`, { count });
}

/** `2026-11-26 14:03:04`, where the reader is. */
export function dateText(atMs: number): string {
  const date = new Date(atMs);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
