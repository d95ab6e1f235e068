// What a bus is outside of the box: an interface of the kernel, or an adapter at a serial line. Either is opened again by itself
// when it was gone.
import type { KeptState } from '../../../host/kept-open.ts';

export interface BusDevice {
  readonly state: KeptState;
  /** Why it is not open. */
  readonly why: string | undefined;
  /** What came from it and was no frame. */
  readonly malformed: number;
  /** Frames that left the lane for it and found it gone, or too slow. */
  readonly dropped: number;
  start(): void;
  /** Gives it back. Never rejects. */
  close(): Promise<void>;
}

/** Pauses before a device is opened again. */
export const DEVICE_AGAIN = { againMs: 250, againMostMs: 5_000 };
