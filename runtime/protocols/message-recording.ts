// Messages of lines that carry JSON, in recordings. WHY not as packets of their protocol: what a VM says at its serial port is none,
// and headers of a connection that never was would be read as facts.
import { readLine } from './json-lines.ts';
import { directionOf, type ProtocolRecording } from './recording.ts';

/** Characters shown of one message. */
const MOST_SHOWN = 200;

/**
 * @param name       the folder of the protocol
 * @param isMessage  whether a value of JSON is a message of it
 */
export function messageRecording(name: string, isMessage: (value: unknown) => boolean): ProtocolRecording {
  return {
    name,
    frameClass: 'json',
    recorder: link => frame => {
      const bytes = Buffer.from(frame.frame, 'hex');
      return [{ time: frame.atMs * 1_000, link, class: 'json', direction: directionOf(frame), bytes }];
    },
    words: request => [...Buffer.from(request).toString()].slice(0, MOST_SHOWN).join(''),
    reader(spoken) {
      let others = 0;
      return {
        take({ time, link, class: frameClass, direction, bytes }) {
          // What came to the VMs is heard, not said again.
          if (frameClass !== 'json' || direction === 'from-device') return;
          if (isMessage(readLine(bytes))) spoken({ time, link, judged: bytes, request: bytes });
          else others += 1;
        },
        end: () => (others > 0 ? [`${others} messages in JSON are none of ${name}`] : []),
      };
    },
  };
}
