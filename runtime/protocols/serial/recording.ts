// Bytes of a serial line in recordings.
import { directionOf, type ProtocolRecording } from '../recording.ts';

/** Bytes shown of one piece. */
const MOST_SHOWN = 32;

export const serialRecording: ProtocolRecording = {
  name: 'serial',
  frameClass: 'bytes',
  recorder: link => frame => {
    const bytes = Buffer.from(frame.frame, 'hex');
    return [{ time: frame.atMs * 1_000, link, class: 'bytes', direction: directionOf(frame), bytes }];
  },
  words: request => wordsOf(request),
  reader: spoken => ({
    take({ time, link, class: frameClass, direction, bytes }) {
      // What the device said is heard, not said again.
      if (frameClass !== 'bytes' || direction === 'from-device') return;
      spoken({ time, link, judged: bytes, request: bytes });
    },
    end: () => [],
  }),
};

function wordsOf(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, MOST_SHOWN)).toString('hex');
  return bytes.length > MOST_SHOWN ? `${shown} and ${bytes.length - MOST_SHOWN} bytes more` : shown;
}
