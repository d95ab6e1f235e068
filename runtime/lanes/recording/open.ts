// Reads a recording of either format: its first bytes tell which.
import { isPcap, PcapReader } from './pcap/reader.ts';
import { PcapngReader } from './pcapng/reader.ts';
import { type RecordingEars, RecordingError, type RecordingReader } from './recorded-frame.ts';

/** A reader that finds out by itself whether it reads pcapng or pcap. */
export function openRecording(ears: RecordingEars): RecordingReader {
  let begin: Buffer = Buffer.alloc(0);
  let reader: RecordingReader | undefined;
  return {
    get foreign() {
      return reader?.foreign ?? 0;
    },
    take(chunk) {
      if (reader !== undefined) return reader.take(chunk);
      begin = Buffer.concat([begin, chunk]);
      if (begin.length < 4) return;
      reader = isPcap(begin) ? new PcapReader(ears) : new PcapngReader(ears);
      reader.take(begin);
    },
    end() {
      if (reader === undefined) throw new RecordingError('byte 0 of the recording: there is no recording in it');
      return reader.end();
    },
  };
}
