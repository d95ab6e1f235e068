// Frames for property tests, and a reading of their bytes of its own.
import fc from 'fast-check';
import { type CanFrame, FD_LENGTHS, writeFrame } from '../../../runtime/protocols/can/frame.ts';

const id = fc.boolean().chain(ext => fc.record({ ext: fc.constant(ext), id: fc.nat(ext ? 0x1fff_ffff : 0x7ff) }));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const NO_FLAGS = { rtr: false, fd: false, brs: false, esi: false };

const classic = fc
  .tuple(id, fc.nat(8).chain(bytes))
  .map(([named, data]): CanFrame => ({ ...named, ...NO_FLAGS, data, length: data.length }));
const remote = fc
  .tuple(id, fc.nat(8))
  .map(([named, length]): CanFrame => ({ ...named, ...NO_FLAGS, rtr: true, data: new Uint8Array(0), length }));
const fd = fc
  .tuple(id, fc.constantFrom(...FD_LENGTHS).chain(bytes), fc.boolean(), fc.boolean())
  .map(
    ([named, data, brs, esi]): CanFrame => ({ ...named, ...NO_FLAGS, fd: true, brs, esi, data, length: data.length }),
  );

export const anyClassicFrame = fc.oneof(classic, remote);
export const anyFrame = fc.oneof(classic, remote, fd);

/** The frame as it is in a lane. */
export function inLane(frame: CanFrame): Uint8Array {
  const into = new Uint8Array(72);
  return into.slice(0, writeFrame(frame, into));
}
