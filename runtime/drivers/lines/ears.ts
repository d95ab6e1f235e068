// Who listens to one line. When nobody does, the line puts nothing together.
import type { LineFrame } from '../../model/line-frame.ts';
import type { LineEars } from '../../protocols/field-line.ts';

export interface Listener {
  hear(frame: LineFrame): void;
  /** So many frames were there that nobody can be told of. */
  miss(count: number): void;
  /** There is nothing more to hear. */
  end?(): void;
}

export class Ears implements LineEars {
  readonly #listeners = new Set<Listener>();

  get any(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  tell(frame: LineFrame): void {
    for (const listener of this.#listeners) listener.hear(frame);
  }

  lost(count: number): void {
    for (const listener of this.#listeners) listener.miss(count);
  }

  /** Ends every listener. */
  close(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const { end } of listeners) end?.();
  }
}
