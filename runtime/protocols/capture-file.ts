// A recording in the making, whatever is recorded and in whatever format.

/** @template F  what is recorded */
export interface CaptureFile<F> {
  /** Frames that were taken so far. */
  readonly frames: number;
  take(frames: readonly F[]): void;
  /** Counts frames that were there and are not in the file. */
  lost(frames: number): void;
  /** Tells at the end what was lost. @param atMs  Unix time in ms */
  close(atMs: number): void;
}
