// What became of the messages of one MQTT link.

/**
 * Every message is in one place. Of QoS 1: offered = refusedFull + refusedUnfit + acknowledged + refusedByBroker + forgotten +
 * those in the store. Of QoS 0: offeredOnce = sentOnce + droppedOnce.
 */
export interface MqttCounters {
  /** Messages of QoS 1 that somebody wanted to send. */
  offered: number;
  /** Of these: refused, because the store was full or the link being closed. */
  refusedFull: number;
  /** Of these: refused, because the topic is none or the message too large. */
  refusedUnfit: number;
  /** Messages of QoS 0 that somebody wanted to send. */
  offeredOnce: number;
  /** Of these: handed to the connection. */
  sentOnce: number;
  /** Of these: dropped, because there was no connection, or a slow one, or they were unfit. */
  droppedOnce: number;
  acknowledged: number;
  /** Of those acknowledged: the broker said that nobody subscribes to them. */
  unheard: number;
  /** Refused by the broker for good. */
  refusedByBroker: number;
  /** Not acknowledged when the link was closed. */
  forgotten: number;
  txBytes: number;
  received: number;
  /** Of these: sent again by the broker, and perhaps seen before. */
  repeated: number;
  /** Of these: whoever received it threw an error. */
  failed: number;
  rxBytes: number;
  /** Thrown away: fits no filter of this link, such as one of an older drawing that the broker still remembers. */
  stray: number;
  /** Connections, and of these those for which the broker had kept the session. */
  opened: number;
  resumed: number;
  lost: number;
  /** Connections that did not come about. */
  unopened: number;
}

export function newMqttCounters(): MqttCounters {
  return {
    ...{ offered: 0, refusedFull: 0, refusedUnfit: 0, offeredOnce: 0, sentOnce: 0, droppedOnce: 0 },
    ...{ acknowledged: 0, unheard: 0, refusedByBroker: 0, forgotten: 0, txBytes: 0 },
    ...{ received: 0, repeated: 0, failed: 0, rxBytes: 0, stray: 0, opened: 0, resumed: 0, lost: 0, unopened: 0 },
  };
}
