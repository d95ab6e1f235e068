// Shares of a store for messages: everybody on a line may have as much of it as everybody else, so that one VM that sends and
// sends while the broker is away does not take the room of the others. Only counts; knows no message.

interface Bounds {
  readonly messages: number;
  readonly bytes: number;
}

export interface StoreShare {
  /** Takes room for a message. @param bytes  as the store counts it @returns false when there is none now */
  take(bytes: number): boolean;
  /**
   * Takes room for a message, as soon as there is some. One at a time waits.
   * @param given  aborted when it is given up
   * @returns false when it was, or when a message of this size never fits
   */
  wait(bytes: number, given: AbortSignal): Promise<boolean>;
  /** Gives the room of a message back. Also after `leave`. */
  free(bytes: number): void;
  /** The others have more now. */
  leave(): void;
}

export class FairStore {
  readonly #most: Bounds;
  readonly #shares = new Set<Share>();
  #messages = 0;
  #bytes = 0;

  constructor(most: Bounds) {
    this.#most = most;
  }

  join(): StoreShare {
    const share = new Share(this);
    this.#shares.add(share);
    return share;
  }

  /** Whether a message of this size could ever have room. */
  holds(bytes: number): boolean {
    return bytes <= this.#most.bytes;
  }

  /** WHY the first message of a share always: one that is larger than a share would never be sent. */
  hasRoom(share: Share, bytes: number): boolean {
    const { messages: most, bytes: mostBytes } = this.#most;
    if (this.#messages + 1 > most || this.#bytes + bytes > mostBytes) return false;
    const sharers = Math.max(this.#shares.size, 1);
    return share.messages === 0 || (share.messages < most / sharers && share.bytes + bytes <= mostBytes / sharers);
  }

  /** Writes down what was taken, or with -1 what was given back. */
  note(sign: 1 | -1, bytes: number): void {
    this.#messages += sign;
    this.#bytes += sign * bytes;
    if (sign < 0) this.#look();
  }

  drop(share: Share): void {
    this.#shares.delete(share);
    this.#look();
  }

  #look(): void {
    for (const share of this.#shares) share.look();
  }
}

class Share implements StoreShare {
  readonly #store: FairStore;
  messages = 0;
  bytes = 0;
  #waiting: (() => void) | undefined;

  constructor(store: FairStore) {
    this.#store = store;
  }

  take(bytes: number): boolean {
    if (!this.#store.hasRoom(this, bytes)) return false;
    this.messages += 1;
    this.bytes += bytes;
    this.#store.note(1, bytes);
    return true;
  }

  wait(bytes: number, given: AbortSignal): Promise<boolean> {
    if (this.take(bytes)) return Promise.resolve(true);
    if (!this.#store.holds(bytes) || given.aborted) return Promise.resolve(false);
    return new Promise(resolve => {
      const end = (took: boolean) => {
        this.#waiting = undefined;
        given.removeEventListener('abort', giveUp);
        resolve(took);
      };
      const giveUp = () => end(false);
      given.addEventListener('abort', giveUp);
      this.#waiting = () => {
        if (this.take(bytes)) end(true);
      };
    });
  }

  /** There may be room for who waits. */
  look(): void {
    this.#waiting?.();
  }

  free(bytes: number): void {
    this.messages -= 1;
    this.bytes -= bytes;
    this.#store.note(-1, bytes);
  }

  leave(): void {
    this.#store.drop(this);
  }
}
