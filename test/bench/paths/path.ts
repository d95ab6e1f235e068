// One way for frames from a station to another, and what it costs to carry them there. All ways are given the same frames.

/** What one run over a path cost. */
export interface Cost {
  readonly frames: number;
  readonly wallMs: number;
  /** Of user and kernel together, in whatever the path says it counts. */
  readonly cpuMs: number;
}

export interface Path {
  readonly id: string;
  /** What carries the frames, and whose CPU time is counted. */
  readonly what: string;
  /** Carries some frames, all of which must arrive. @throws Error when one does not */
  carry(): Promise<Cost>;
  close(): Promise<void>;
}

/** The other ends of a path that answers for its frames one by one are not to wait for each other, nor to overrun it. */
export const WINDOW = 32;

/** CPU time of this process since an earlier reading, in ms. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
