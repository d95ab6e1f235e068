// What became of the frames of one WebSocket link.

/**
 * Counted for each other end: a frame that a server sends to three clients is three. Every frame is in one place: offered =
 * txFrames + droppedSize + droppedDown + droppedFull + droppedLost + those that wait.
 */
export interface WebSocketCounters {
  rxFrames: number;
  rxBytes: number;
  /** Frames of text that came, thrown away: this link has binary ones. */
  unfit: number;
  /** Frames that came and were larger than allowed; the connection was ended. */
  oversize: number;
  offered: number;
  /** Of these: handed to the connection. */
  txFrames: number;
  txBytes: number;
  /** Of these: larger than allowed. */
  droppedSize: number;
  /** Of these: nobody was there. */
  droppedDown: number;
  /** Of these: the other end does not read fast enough. */
  droppedFull: number;
  /** Of these: waiting when the connection was lost. */
  droppedLost: number;
  /** Connections. */
  opened: number;
  lost: number;
  /** Of those lost: the other end was silent for too long. */
  silent: number;
  /** Connections that did not come about, or times that the port could not be listened on. */
  unopened: number;
  /** Of a server: clients that it did not let in. */
  turnedAway: number;
}

export function newWebSocketCounters(): WebSocketCounters {
  return {
    ...{ rxFrames: 0, rxBytes: 0, unfit: 0, oversize: 0, offered: 0, txFrames: 0, txBytes: 0 },
    ...{ droppedSize: 0, droppedDown: 0, droppedFull: 0, droppedLost: 0 },
    ...{ opened: 0, lost: 0, silent: 0, unopened: 0, turnedAway: 0 },
  };
}
