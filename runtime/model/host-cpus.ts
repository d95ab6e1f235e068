// CPUs of a host, as text: one, or a range of them. Numbers are those of the kernel.
import { z } from 'zod';

/** The most CPUs that a host may have. */
const MOST_CPUS = 1024;

/** `2`, or `2-5`: a range has two ends that differ, so that there is one way to write each. */
export const HostCpus = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,3})(?:-[1-9]\d{0,3})?$/, 'CPUs of a host are a number, or a range such as 2-5')
  .refine(
    text => {
      const [first = 0, last] = text.split('-').map(Number);
      return (last ?? first) < MOST_CPUS && (last === undefined || first < last);
    },
    `a range of CPUs goes from a lower number to a higher one, at most ${MOST_CPUS - 1}`,
  );
export type HostCpus = z.infer<typeof HostCpus>;

/** Every CPU of a range. @param cpus  as {@link HostCpus} */
export function cpusIn(cpus: HostCpus): readonly number[] {
  const [first = 0, last = first] = cpus.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/**
 * Reads a list of CPUs as the kernel writes it: `0-3,8`.
 * @returns the CPUs in their order; `undefined` when the text is no such list
 */
export function readCpuList(text: string): readonly number[] | undefined {
  const ranges = text.trim() === '' ? [] : text.trim().split(',');
  if (!ranges.every(range => HostCpus.safeParse(range).success)) return undefined;
  return ranges.flatMap(cpusIn);
}

/** The same in few words: `CPUs 0 to 3 and 8`, `CPU 2`, `no CPU`. */
export function cpusInWords(cpus: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const cpu of [...new Set(cpus)].sort((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === cpu - 1) open[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  const words = ranges.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  if (words.length === 0) return 'no CPU';
  const [last = '', ...others] = words.reverse();
  const list = others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
  return `${new Set(cpus).size === 1 ? 'CPU' : 'CPUs'} ${list}`;
}
