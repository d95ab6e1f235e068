// Runs something later, so that tests can turn the clock themselves.

/** @returns how to forget it */
export type Later = (run: () => void, ms: number) => () => void;

export const later: Later = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
