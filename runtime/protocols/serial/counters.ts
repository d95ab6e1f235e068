// What became of the bytes of one serial line.

/** Every byte to send is in one place: offered = txBytes + droppedFull + droppedDown + droppedLost + those that wait. */
export interface SerialCounters {
  rxBytes: number;
  /** Pieces in which they came; a serial line has no frames. */
  rxPieces: number;
  /** Bytes that somebody wanted to send. */
  offered: number;
  /** Of these: handed to the kernel. */
  txBytes: number;
  /** Of these: refused, because too many were waiting. */
  droppedFull: number;
  /** Of these: refused, because the port was not open. */
  droppedDown: number;
  /** Of these: thrown away when the port was lost or closed. Old bytes are never sent to a device that came back. */
  droppedLost: number;
  /** How often the port was opened. */
  opened: number;
  /** How often it was lost; closing does not count. */
  lost: number;
  /** How often it could not be opened. */
  failed: number;
}

export function newSerialCounters(): SerialCounters {
  return {
    ...{ rxBytes: 0, rxPieces: 0, offered: 0, txBytes: 0, droppedFull: 0, droppedDown: 0, droppedLost: 0 },
    ...{ opened: 0, lost: 0, failed: 0 },
  };
}
