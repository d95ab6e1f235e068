// What a process has had of the processor, all of its threads, whatever ran in them.
import { readdirSync, readFileSync } from 'node:fs';

/** Nanoseconds since it started. @throws Error when it is gone */
export function processorNanos(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const spent = threads.map(thread =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return spent.reduce((sum, nanos) => sum + nanos, 0);
}
