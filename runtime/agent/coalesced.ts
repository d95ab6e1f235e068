// Work that is asked for more often than it can be done.

/**
 * The same work, one run at a time: whoever asks during a run waits for one that begins after it, all of them for the same one.
 * @param work  never rejects
 */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = () => {
    running = work().then(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return run();
    next ??= running.then(() => {
      next = undefined;
      return run();
    });
    return next;
  };
}
