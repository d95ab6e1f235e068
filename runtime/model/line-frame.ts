// What goes over a line, as those see it who only listen.
import type { Address } from './address.ts';

/** One request and what became of it. Bytes are in hex, in the line's protocol and without its frame. */
export interface LineFrame {
  /** When it was asked, Unix time in ms. */
  readonly atMs: number;
  /** `messages`: of the flow. */
  readonly from: Address<'vm'> | 'messages';
  readonly unit: number;
  readonly request: string;
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
