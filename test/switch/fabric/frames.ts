// Frames for tests of switching: of any length, with addresses as numbers.
import { putU16, putU48 } from '../../../runtime/switch/packet/bytes.ts';

/** A frame of some bytes that names its receiver, its sender and its type (one kept for experiments, if not said). */
export function frameOf(target: number, source: number, length = 60, type = 0x88b5): Uint8Array {
  const frame = new Uint8Array(Math.max(length, 14));
  putU48(frame, 0, target);
  putU48(frame, 6, source);
  putU16(frame, 12, type);
  return frame.subarray(0, length);
}
