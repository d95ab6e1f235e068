// One frame that is being made. WHY the views are kept: a view of a buffer is an object, and the data path makes none; a leg
// sends frames of few lengths, and never of more lengths than its MTU has bytes.

export class FrameBuffer {
  readonly bytes: Uint8Array;
  readonly #views = new Map<number, Uint8Array>();

  /** @param most bytes of the longest frame */
  constructor(most: number) {
    this.bytes = new Uint8Array(most);
  }

  /** The first bytes as a frame. @param length in bytes, at most that of the buffer */
  frame(length: number): Uint8Array {
    let view = this.#views.get(length);
    if (view === undefined) {
      view = this.bytes.subarray(0, length);
      this.#views.set(length, view);
    }
    return view;
  }
}
