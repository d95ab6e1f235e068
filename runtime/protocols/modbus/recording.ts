// Requests of Modbus in recordings: those of links of ours, and those on the network to the port of Modbus TCP. And what was
// heard on a line as frames of a recording.
import type { Direction, RecordedFrame } from '../../lanes/recording/recorded-frame.ts';
import type { StreamEars } from '../../lanes/recording/tcp/stream.ts';
import { TcpStreams } from '../../lanes/recording/tcp/streams.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import { directionOf, type ProtocolRecording, type SpokenFrame, type SpokenReader } from '../recording.ts';
import { MBAP_BYTES, TCP_MOST_BYTES, tcpFrame } from './adu/frames.ts';
import { TcpFramer } from './adu/tcp-framer.ts';
import { MOST_PDU_BYTES } from './pdu/functions.ts';
import { parseRequest } from './pdu/request.ts';
import { REQUESTS } from './rule-requests.ts';

const PORT = 502;
/** Values shown of one request. */
const MOST_SHOWN = 8;
/** Where the unit is: what is asked on a line begins there. */
const UNIT = MBAP_BYTES - 1;

export const modbusRecording: ProtocolRecording = {
  name: 'modbus',
  frameClass: 'modbus',
  recorder(link) {
    let transaction = 0;
    return frame => {
      transaction = (transaction + 1) & 0xffff;
      return exchangeOf(frame, link, transaction);
    };
  },
  words: requestWords,
  reader: (spoken, { port = PORT } = {}) => new RequestReader(spoken, port),
};

/** The request, and the answer when there was one, with one number so that whoever reads them puts them together. */
function exchangeOf(frame: LineFrame, link: string, transaction: number): readonly RecordedFrame[] {
  const request = Buffer.from(frame.frame, 'hex');
  const unit = request[0] ?? 0;
  const way = directionOf(frame);
  const pdus: readonly (readonly [Direction, Uint8Array])[] = [
    [way, request.subarray(1)],
    [way === 'to-device' ? 'from-device' : 'to-device', Buffer.from(frame.answer ?? '', 'hex')],
  ];
  return pdus
    .filter(([, pdu]) => pdu.length > 0 && pdu.length <= MOST_PDU_BYTES)
    .map(([direction, pdu]) => {
      const bytes = tcpFrame(transaction, unit, pdu);
      return { time: frame.atMs * 1_000, link, class: 'modbus', direction, bytes };
    });
}

class RequestReader implements SpokenReader {
  readonly #spoken: (frame: SpokenFrame) => void;
  readonly #streams: TcpStreams;
  /** Places in streams where something is missing. */
  #gaps = 0;
  /** Frames of links that do not tell which way they went: a request looks like an answer. */
  #aimless = 0;
  /** Streams that came out of step, and frames that are none. */
  #garbled = 0;
  /** Frames with the header of Modbus TCP and another protocol in it. */
  #foreign = 0;

  constructor(spoken: (frame: SpokenFrame) => void, port: number) {
    this.#spoken = spoken;
    this.#streams = new TcpStreams(port, (source, target) => this.#connection(`${source} to ${target}`));
  }

  take(frame: RecordedFrame): void {
    if (frame.class === 'ethernet') this.#streams.take(frame);
    if (frame.class !== 'modbus' || frame.direction === 'from-device') return;
    const { length } = frame.bytes;
    if (frame.direction === undefined) this.#aimless += 1;
    else if (length <= MBAP_BYTES || length > TCP_MOST_BYTES) this.#garbled += 1;
    else this.#tell(frame, frame.bytes);
  }

  end(): readonly string[] {
    this.#streams.end();
    return [
      ...(this.#gaps > 0 ? [`${this.#gaps} times segments are missing; a request in them was not looked at`] : []),
      ...(this.#garbled > 0 ? [`${this.#garbled} times the bytes were no Modbus, up to the next segment`] : []),
      ...(this.#foreign > 0 ? [`${this.#foreign} frames have the header of Modbus and another protocol in it`] : []),
      ...(this.#aimless > 0 ? [`${this.#aimless} Modbus frames do not tell whether they are requests or answers`] : []),
    ];
  }

  #connection(between: string): StreamEars {
    let within: RecordedFrame | undefined;
    const framer = new TcpFramer((bytes, start, end) => {
      if (within !== undefined) this.#tell(within, bytes.slice(start, end), between);
    });
    return {
      chunk: (chunk, frame) => {
        within = frame;
        const before = framer.foreign;
        const inStep = framer.push(chunk);
        this.#foreign += framer.foreign - before;
        if (inStep) return;
        // The next segment most likely begins with a request again.
        this.#garbled += 1;
        framer.reset();
      },
      gap: () => {
        this.#gaps += 1;
        framer.reset();
      },
    };
  }

  #tell({ time, link }: RecordedFrame, adu: Uint8Array, between?: string): void {
    const told = between === undefined ? {} : { between };
    this.#spoken({ time, link, ...told, judged: adu, request: adu.subarray(UNIT) });
  }
}

/** `unit 4, write single register, address 7, value 9`; what is no request we know: its function and its bytes. */
function requestWords(request: Uint8Array): string {
  const [unit, code] = request;
  const pdu = request.subarray(1);
  const parsed = parseRequest(pdu);
  if ('exception' in parsed) return `unit ${unit}, function ${code}, ${Buffer.from(pdu).toString('hex')}`;
  const { function: _, ...fields } = parsed;
  const name = REQUESTS.find(known => known.code === code)?.name ?? `function ${code}`;
  const said = Object.entries(fields).map(([field, value]) => `${spaced(field)} ${valueWords(value)}`);
  return [`unit ${unit}`, name, ...said].join(', ');
}

/** `writeAddress` as `write address`. */
function spaced(field: string): string {
  return field.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

function valueWords(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const shown = value.slice(0, MOST_SHOWN).join(' ');
  return value.length > MOST_SHOWN ? `${shown} and ${value.length - MOST_SHOWN} more` : shown;
}
