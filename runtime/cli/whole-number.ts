// Numbers on the command line.
import { UsageError } from './exit.ts';

/** @throws UsageError unless the text is a whole number between the bounds, both included */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not ${text}`);
}
