// What became of the requests and bytes of one line.

export interface LineCounters {
  /** Frames sent, retries and step probes included. */
  sent: number;
  sentBytes: number;
  /** Bytes that came, whatever they were. */
  heardBytes: number;
  /** Sound answers, exceptions included. */
  answered: number;
  /** Answers that are exceptions. */
  exceptions: number;
  /** Requests without an answer in time. */
  silent: number;
  /** Requests to which bytes came in time, but no sound answer. */
  garbled: number;
  /** Places where an answer could have started, but whose checksum or content was wrong. */
  badChecks: number;
  /** Bytes, or on TCP frames, that came when nothing was waited for: late answers, noise. Thrown away. */
  late: number;
  /** Reads that shared the answer of an equal one. */
  merged: number;
  retries: number;
  /** Questions that only find out whether a device is in step again. */
  probes: number;
  /** Requests refused because the queue or the slots of the tenant were full, or because they had waited too long. */
  refusedFull: number;
  /** Requests refused because the device does not answer. */
  refusedUnit: number;
  /** Requests refused, or ended, because the line was not open. */
  refusedDown: number;
  /** How often the line was opened. */
  opened: number;
  /** How often it was lost. */
  lost: number;
}

export function newLineCounters(): LineCounters {
  return {
    sent: 0,
    sentBytes: 0,
    heardBytes: 0,
    answered: 0,
    exceptions: 0,
    silent: 0,
    garbled: 0,
    badChecks: 0,
    late: 0,
    merged: 0,
    retries: 0,
    probes: 0,
    refusedFull: 0,
    refusedUnit: 0,
    refusedDown: 0,
    opened: 0,
    lost: 0,
  };
}
