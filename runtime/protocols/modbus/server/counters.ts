// What became of the requests of one server.

export interface ServerCounters {
  requests: number;
  answers: number;
  /** Answers that are exceptions; part of `answers`. */
  exceptions: number;
  /** Requests that nobody answers. */
  silent: number;
  /** Bytes or frames that are not Modbus. */
  malformed: number;
  /** Connections over the bound. */
  turnedAway: number;
}

export function newServerCounters(): ServerCounters {
  return { requests: 0, answers: 0, exceptions: 0, silent: 0, malformed: 0, turnedAway: 0 };
}
