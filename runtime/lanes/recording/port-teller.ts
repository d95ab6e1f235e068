// Keeps copies of what goes over the card of a VM until they are told, a few times a second. Bounded: what there is no room for is
// counted. Costs nothing while nothing goes over the card.
import { type HeardPortFrames, MOST_TOLD_FRAMES, type PortFrame, type PortOrder } from '../../model/port-frame.ts';

const EVERY_MS = 50;
/** Between two tellings, with what each frame needs besides its bytes. */
const MOST_BYTES = 2 * 1024 * 1024;
const FRAME_BYTES = MOST_BYTES / MOST_TOLD_FRAMES;

export interface TellerOptions extends PortOrder {
  readonly heard: HeardPortFrames;
  /** How long frames that come by several ways are kept, to be told in the order of their times; default 0. */
  readonly settleMs?: number;
}

export class PortTeller {
  readonly #options: TellerOptions;
  #kept: PortFrame[] = [];
  #bytes = 0;
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** Whether there is so much to tell that whoever can wait should. */
  get full(): boolean {
    return this.#bytes > MOST_BYTES / 2;
  }

  /**
   * @param frame   its beginning at least; copied
   * @param length  bytes it has
   * @param atUs    microseconds since 1970
   */
  hear(direction: PortFrame['direction'], frame: Uint8Array, length: number, atUs: number): void {
    const bytes = Math.min(frame.length, this.#options.snaplen);
    if (this.#bytes + bytes + FRAME_BYTES > MOST_BYTES) {
      this.lose(1);
      return;
    }
    this.#bytes += bytes + FRAME_BYTES;
    this.#kept.push({ atUs, direction, length, bytes: Uint8Array.prototype.slice.call(frame, 0, bytes) });
    this.#later();
  }

  /** Counts frames that were there and not heard. */
  lose(frames: number): void {
    this.#lost += frames;
    if (frames > 0) this.#later();
  }

  /** Tells what is left; nothing is told afterwards that is not heard afterwards. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell(Number.POSITIVE_INFINITY);
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { settleMs } = this.#options;
      this.#tell(settleMs === undefined ? Number.POSITIVE_INFINITY : (Date.now() - settleMs) * 1_000);
      if (this.#kept.length > 0) this.#later();
    }, EVERY_MS).unref();
  }

  #tell(untilUs: number): void {
    if (this.#options.settleMs !== undefined) this.#kept.sort((one, other) => one.atUs - other.atUs);
    const later = this.#kept.findIndex(({ atUs }) => atUs > untilUs);
    const told = later === -1 ? this.#kept : this.#kept.slice(0, later);
    const lost = this.#lost;
    this.#kept = later === -1 ? [] : this.#kept.slice(later);
    this.#bytes = this.#kept.reduce((sum, { bytes }) => sum + bytes.length + FRAME_BYTES, 0);
    this.#lost = 0;
    if (told.length > 0 || lost > 0) this.#options.heard(told, lost);
  }
}
