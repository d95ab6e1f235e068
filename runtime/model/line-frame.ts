// What goes over a line, as those see it who only listen.
import type { Address } from './address.ts';

/** An end of a line: a VM's port, the device or the rest of the bus, or the messages of the flow. */
export type LineEnd = Address<'vm'> | 'device' | 'messages';

/** One frame at one end of a line. Where requests are answered, a request and its answer are one. */
export interface LineFrame {
  /** When it was there, Unix time in ms. */
  readonly atMs: number;
  readonly end: LineEnd;
  /** `in`: it came onto the line there. `out`: it left the line there. */
  readonly direction: 'in' | 'out';
  /** Bytes in hex, in the form of the line's protocol; see its `field-line.ts`. */
  readonly frame: string;
  /** What was answered, by the device or in its place; absent when nothing was. */
  readonly answer?: string;
  /** The firewall that let it not pass. */
  readonly refusedBy?: string;
}

/**
 * @param frames  in the order in which they ended
 * @param lost    how many could not be told since the last call: who listens slowly loses, and holds nobody up
 */
export type HeardFrames = (frames: readonly LineFrame[], lost: number) => void;

/** Somebody's hold on a line to listen. */
export interface LineTap {
  /** Resolves when nothing more will be heard. Never rejects. */
  readonly ended: Promise<void>;
  close(): void;
}
