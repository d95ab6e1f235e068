// Time as the line sees it, so that a test can be in charge of it.

export interface LineClock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls back after so many milliseconds. @returns how to give it up */
  after(ms: number, work: () => void): () => void;
}

export const realClock: LineClock = {
  now: () => performance.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
