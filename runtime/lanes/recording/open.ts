// Reads a recording of any format: its first bytes tell which.
import { isPcap, PcapReader } from './pcap/reader.ts';
import { BLOCK } from './pcapng/blocks.ts';
import { PcapngReader } from './pcapng/reader.ts';
import { type RecordingEars, RecordingError, type RecordingReader } from './recorded-frame.ts';

export interface RecordingFormat {
  readonly name: string;
  /** @param bytes  the first four of a file, or more */
  readonly begins: (bytes: Buffer) => boolean;
  readonly open: (ears: RecordingEars) => RecordingReader;
}

/** Those of Wireshark and tcpdump. */
export const PACKET_FORMATS: readonly RecordingFormat[] = [
  { name: 'pcap', begins: isPcap, open: ears => new PcapReader(ears) },
  {
    name: 'pcapng',
    begins: bytes => bytes.readUInt32LE(0) === BLOCK.section,
    open: ears => new PcapngReader(ears),
  },
];

export interface OpenRecording extends RecordingReader {
  /** Name of the format; `undefined` until it can be told. */
  readonly format: string | undefined;
}

/**
 * A reader that finds out by itself what it reads.
 * @param formats  that it may be; the first that fits is taken
 */
export function openRecording(
  ears: RecordingEars,
  formats: readonly RecordingFormat[] = PACKET_FORMATS,
): OpenRecording {
  let begin: Buffer = Buffer.alloc(0);
  let format: RecordingFormat | undefined;
  let reader: RecordingReader | undefined;
  return {
    get format() {
      return format?.name;
    },
    get foreign() {
      return reader?.foreign ?? 0;
    },
    take(chunk) {
      if (reader !== undefined) return reader.take(chunk);
      begin = Buffer.concat([begin, chunk]);
      if (begin.length < 4) return;
      format = formats.find(each => each.begins(begin));
      if (format === undefined) throw new RecordingError(`byte 0 of the recording: it is no ${listed(formats)}`);
      reader = format.open(ears);
      reader.take(begin);
    },
    end() {
      if (reader === undefined) throw new RecordingError('byte 0 of the recording: there is no recording in it');
      return reader.end();
    },
  };
}

function listed(formats: readonly RecordingFormat[]): string {
  return formats.map(({ name }) => name).join(', and no ');
}
