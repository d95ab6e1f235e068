// In which order a client gets its answers. Those of the device are passed on as they come; a refusal of our own waits until
// the device has answered all that was asked before it, so that a client which counts its answers is not misled.

/** Requests a client may have open before the oldest is forgotten. Only the order of refusals hangs on it. */
const MOST_OPEN = 64;
/** A device that is silent for so long holds no refusal back any more, in ms. */
const HOLD_MS = 1_000;

/** Stands where the device has answered. */
const DONE = -1;
/** Stands where a refusal waits. */
const REFUSED = -2;

export class AnswerOrder {
  readonly #send: (answer: Uint8Array) => void;
  /** Rings: what was asked, oldest first, and the refusals among it. */
  readonly #asked = new Int32Array(MOST_OPEN);
  readonly #refusals: (Uint8Array | undefined)[] = new Array(MOST_OPEN).fill(undefined);
  #first = 0;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param send  gets a refusal when its turn has come */
  constructor(send: (answer: Uint8Array) => void) {
    this.#send = send;
  }

  /** A request went to the device. @param transaction  its identifier */
  asked(transaction: number): void {
    this.#put(transaction, undefined);
  }

  /** A request was refused. @param answer  what the client is told */
  refused(answer: Uint8Array): void {
    this.#put(REFUSED, answer);
    this.#release();
    if (this.#count > 0) this.#timer ??= setTimeout(() => this.flush(), HOLD_MS);
  }

  /** The device has answered a request; its answer was passed on. One that nobody asked changes nothing. */
  answered(transaction: number): void {
    for (let place = 0; place < this.#count; place += 1) {
      const at = (this.#first + place) % MOST_OPEN;
      if (this.#asked[at] !== transaction) continue;
      this.#asked[at] = DONE;
      this.#release();
      return;
    }
  }

  /** Sends every refusal that still waits, and forgets what was asked. */
  flush(): void {
    while (this.#count > 0) this.#shift();
    this.#stopTimer();
  }

  /** Sends nothing any more. */
  close(): void {
    this.#count = 0;
    this.#stopTimer();
  }

  #put(asked: number, refusal: Uint8Array | undefined): void {
    if (this.#count === MOST_OPEN) this.#shift();
    const at = (this.#first + this.#count) % MOST_OPEN;
    this.#asked[at] = asked;
    this.#refusals[at] = refusal;
    this.#count += 1;
  }

  #release(): void {
    while (this.#count > 0 && (this.#asked[this.#first] ?? 0) < 0) this.#shift();
    if (this.#count === 0) this.#stopTimer();
  }

  #shift(): void {
    const refusal = this.#refusals[this.#first];
    this.#refusals[this.#first] = undefined;
    this.#first = (this.#first + 1) % MOST_OPEN;
    this.#count -= 1;
    if (refusal !== undefined) this.#send(refusal);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
