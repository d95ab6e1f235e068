// Recorded requests of Modbus for the tests of the command line, as a switch would mirror them.
import { tcpFrame as adu } from '../../runtime/protocols/modbus/adu/frames.ts';
import { buildRequest, type ModbusRequest } from '../../runtime/protocols/modbus/pdu/request.ts';
import { pcapFile, tcpFrame } from '../lanes/recording/tcp-frames.ts';

/** When recordings begin, in microseconds since 1970. */
export const NOON = Date.UTC(2026, 0, 1, 12) * 1_000;

export type Said = readonly [unit: number, request: ModbusRequest];

export const read = (unit: number, address = 0): Said => [unit, { function: 3, address, quantity: 2 }];
export const write = (unit: number, address: number, value: number): Said => [unit, { function: 6, address, value }];

/** A pcap file of one client that says these requests, each so many microseconds after the one before. */
export function recording(said: readonly Said[], everyMicros = 1_000_000): Buffer {
  let sequence = 1;
  return pcapFile(
    said.map(([unit, request], place) => {
      const payload = adu(place & 0xffff, unit, buildRequest(request));
      const frame = tcpFrame({ from: ['10.0.0.5', 50_000], to: ['10.0.0.9', 502], sequence, payload });
      sequence += payload.length;
      return [NOON + place * everyMicros, frame] as const;
    }),
  );
}
