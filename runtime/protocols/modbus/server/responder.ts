// Who answers the requests that a server has received: devices in memory at once, or another line in its own time.
import { u8 } from '../pdu/bytes.ts';
import { EXCEPTION } from '../pdu/functions.ts';
import { answerFrom, putException } from './answer.ts';
import type { Device, Devices } from './device.ts';

export interface Responder {
  /**
   * Answers one request, whose bytes are lent for the call only.
   * @param bytes  holds the PDU from `start` to before `end`
   * @param into   gets the answer's PDU from `at` when it is there at once: at most 253 bytes
   * @returns the length of the answer; 0 to stay silent, because the unit is none of ours; or the answer's PDU, or
   *   `undefined` for silence, later. Must neither throw nor reject.
   */
  respond(
    unit: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    into: Uint8Array,
    at: number,
  ): number | Promise<Uint8Array | undefined>;
  /** Does what a broadcast on a serial line asks for [SL 2.1]. Nobody answers. */
  broadcast(bytes: Uint8Array, start: number, end: number): void;
}

/**
 * Answers from devices. One that throws is answered for with exception 4, so that the master does not hang.
 * @param failed  is told what a device threw
 */
export function deviceResponder(devices: Devices, failed: (error: unknown) => void = () => {}): Responder {
  const answer = (
    device: Device,
    bytes: Uint8Array,
    start: number,
    end: number,
    into: Uint8Array,
    at: number,
  ): number => {
    try {
      return answerFrom(device, bytes, start, end, into, at);
    } catch (error) {
      failed(error);
      return putException(u8(bytes, start), EXCEPTION.deviceFailure, into, at);
    }
  };
  const unheard = new Uint8Array(256);
  return {
    respond: (unit, bytes, start, end, into, at) => {
      const device = devices.find(unit);
      return device === undefined ? 0 : answer(device, bytes, start, end, into, at);
    },
    broadcast: (bytes, start, end) => {
      for (const device of devices.all()) answer(device, bytes, start, end, unheard, 0);
    },
  };
}
