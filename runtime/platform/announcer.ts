// Tells listeners of changes, at most ten times a second, the last change always. Knows nothing of what changed.

export interface Announcer {
  /** Something changed. */
  changed(): void;
  close(): void;
}

/**
 * @param announce  called after a change, never twice within `spacingMs`
 * @param spacingMs least time between two calls
 */
export function openAnnouncer(announce: () => void, spacingMs: number): Announcer {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let due = 0;
  const fire = () => {
    timer = undefined;
    due = performance.now() + spacingMs;
    announce();
  };
  return {
    changed: () => {
      if (closed || timer !== undefined) return;
      timer = setTimeout(fire, Math.max(0, due - performance.now()));
      timer.unref();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
