// How requests and answers travel on a wire, and how an answer finds its request.

/** What ends the waiting for an answer: its PDU, or why what came is none. */
export type Heard = { readonly pdu: Uint8Array } | { readonly misfit: string };

/** A request on the wire. */
export interface Expectation {
  readonly frame: Uint8Array;
  /** Stops waiting, after a last look at what has come. @returns how many bytes have come since, none of them an answer */
  giveUp(): number;
}

export interface Carrier {
  /** Whether answers name their request, so that several can be under way and a late one is known as such. */
  readonly paired: boolean;
  /** Makes the frame of a request and waits for its answer. `heard` is called at most once. */
  expect(unit: number, pdu: Uint8Array, heard: (what: Heard) => void): Expectation;
  /** The frame of a request that nobody answers. */
  broadcast(pdu: Uint8Array): Uint8Array;
  /** Takes what has come. @returns why the wire must be given up, if so */
  receive(chunk: Uint8Array): string | undefined;
  /** Forgets everything, for a new wire. */
  reset(): void;
}
