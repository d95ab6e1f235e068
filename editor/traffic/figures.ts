// Numbers as people read them at arm's length: three digits at most, always with their unit. Pure.

/** `0`, `0.4`, `12`, `1.2 k`. */
function short(value: number): string {
  if (value === 0) return '0';
  const [unit, scaled] = value >= 999_500 ? [' M', value / 1e6] : value >= 999.5 ? [' k', value / 1e3] : ['', value];
  if (scaled < 0.05) return `<0.1${unit}`;
  return `${scaled < 9.95 ? trimmed(scaled) : Math.round(scaled)}${unit}`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

/** `12/s`. @param perSecond  events in a second */
export function rateText(perSecond: number): string {
  return `${short(perSecond)}/s`;
}

/** `1.2 kB`. */
export function bytesText(bytes: number): string {
  const text = short(bytes);
  return text.includes(' ') ? `${text}B` : `${text} B`;
}

/** `1.2 kB/s`. */
export function byteRateText(perSecond: number): string {
  return `${bytesText(perSecond)}/s`;
}

/** A counter in full, its thousands apart: `1 204`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `14:03:04.120`, the time of day where the reader is. @param atMs  Unix time in ms */
export function clockText(atMs: number): string {
  const date = new Date(atMs);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two);
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** How long ago, in the largest unit that says enough, with the key of its words. */
export function agoOf(ms: number): {
  readonly unit: 'now' | 'seconds' | 'minutes' | 'hours' | 'days';
  readonly count: number;
} {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 1) return { unit: 'now', count: 0 };
  if (seconds < 60) return { unit: 'seconds', count: seconds };
  if (seconds < 3_600) return { unit: 'minutes', count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: 'hours', count: Math.floor(seconds / 3_600) };
  return { unit: 'days', count: Math.floor(seconds / 86_400) };
}
