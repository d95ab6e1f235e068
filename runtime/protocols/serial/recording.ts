// Bytes of a serial line in recordings.
import { directionOf, type ProtocolRecording } from '../recording.ts';

export const serialRecording: ProtocolRecording = {
  name: 'serial',
  frameClass: 'bytes',
  recorder: link => frame => {
    const bytes = Buffer.from(frame.frame, 'hex');
    return [{ time: frame.atMs * 1_000, link, class: 'bytes', direction: directionOf(frame), bytes }];
  },
  reader: spoken => ({
    take({ time, link, class: frameClass, direction, bytes }) {
      // What the device said is heard, not said again.
      if (frameClass !== 'bytes' || direction === 'from-device') return;
      spoken({ time, link, judged: bytes, request: bytes });
    },
    remarks: () => [],
  }),
};
