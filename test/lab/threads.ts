// The threads of a process as the kernel runs them [proc(5)].
import { readdirSync, readFileSync } from 'node:fs';

export interface Thread {
  /** `CPU 0/TCG`, `qemu-system-x86`. */
  readonly name: string;
  /** CPUs that it may run on: `0-1`. */
  readonly cpus: string;
  /** SCHED_OTHER 0, SCHED_FIFO 1 [sched(7)]. */
  readonly policy: number;
  readonly priority: number;
}

/** The process whose command line holds a text, such as the UUID of a guest. */
export function processWith(text: string): number {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const found = pids.find(pid => readUnlessGone(`/proc/${pid}/cmdline`).includes(text));
  if (found === undefined) throw new Error(`no process has ${text} in its command line`);
  return Number(found);
}

export function threadsOf(pid: number): readonly Thread[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(id => {
    const task = `/proc/${pid}/task/${id}`;
    // The name may hold spaces and parentheses; fields are counted from behind it, from the third one on.
    const fields = readUnlessGone(`${task}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    const cpus = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readUnlessGone(`${task}/status`))?.[1];
    if (cpus === undefined) return [];
    const [priority, policy] = [40, 41].map(field => Number(fields[field - 3]));
    return [{ name: readUnlessGone(`${task}/comm`).trim(), cpus, policy: policy ?? 0, priority: priority ?? 0 }];
  });
}

/** Memory of a process that is made of huge pages, in MiB. */
export function hugeMemoryMiB(pid: number): number {
  const kibibytes = readUnlessGone(`/proc/${pid}/smaps_rollup`).matchAll(/^(?:Shared|Private)_Hugetlb:\s+(\d+) kB$/gm);
  return [...kibibytes].reduce((sum, [, kib]) => sum + Number(kib), 0) / 1024;
}

function readUnlessGone(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
