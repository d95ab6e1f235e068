// How a frame of each class stands in a recording, so that Wireshark takes it apart by itself: CAN as its own link type,
// Modbus and JSON as messages of an upper layer. WHY no invented TCP segments around Modbus: half of it comes from serial lines, and
// numbers and acknowledgements of a connection that never was would be read as facts.
import { type Direction, type RecordedClass, RecordingError } from '../recorded-frame.ts';
import { LINK_TYPE, type LinkType, padded } from './blocks.ts';
import { fromCooked } from './cooked.ts';

export const LINK_TYPE_OF: Readonly<Record<RecordedClass, LinkType>> = {
  can: LINK_TYPE.socketCan,
  ethernet: LINK_TYPE.ethernet,
  modbus: LINK_TYPE.upperPdu,
  bytes: LINK_TYPE.upperPdu,
  json: LINK_TYPE.upperPdu,
};

/** Wireshark's names of who takes a message of an upper layer apart. */
const DISSECTORS = { modbus: 'mbtcp', bytes: 'data', json: 'json' } as const;
/** Tags before such a message [Wireshark: wsutil/exported_pdu_tlvs.h]. */
const TAG = { end: 0, dissector: 12, portType: 24, sourcePort: 25, targetPort: 26 } as const;
const PORT_TYPE_TCP = 2;
/** Wireshark tells a request from an answer by which end has Modbus' port. */
const MODBUS_PORT = 502;
const ANY_PORT = 49_152;
const MOST_TAGS = 16;

const CAN_HEADER_BYTES = 8;
const CLASSIC_BYTES = 16;
const FD_BYTES = 72;
const FD_FLAG = 4;
const REMOTE_FLAG = 0x4000_0000;

/** The bytes of a frame as a recording of its link type has them. @throws RecordingError for bytes that are none of the class */
export function toLinkLayer(
  frameClass: RecordedClass,
  bytes: Uint8Array,
  direction: Direction | undefined,
): Uint8Array {
  if (frameClass === 'ethernet') return bytes;
  if (frameClass === 'can') return toSocketCan(bytes);
  return withTags(DISSECTORS[frameClass], bytes, direction);
}

export interface LinkLayerFrame {
  readonly frameClass: RecordedClass;
  /** May be part of what was given. */
  readonly bytes: Uint8Array;
}

/** The way back; `undefined` for a message for somebody else, and for one that is cut off. */
export function fromLinkLayer(type: LinkType, bytes: Uint8Array): LinkLayerFrame | undefined {
  try {
    if (type === LINK_TYPE.ethernet) return { frameClass: 'ethernet', bytes };
    if (type === LINK_TYPE.socketCan) return { frameClass: 'can', bytes: fromSocketCan(bytes) };
    if (type === LINK_TYPE.upperPdu) return withoutTags(bytes);
    const frame = fromCooked(type, bytes);
    return frame === undefined ? undefined : { frameClass: 'ethernet', bytes: frame };
  } catch (error) {
    if (error instanceof RecordingError) return undefined;
    throw error;
  }
}

/** The identifier in network order, and only as many bytes of data as there are. */
function toSocketCan(frame: Uint8Array): Uint8Array {
  const view = viewOf(frame);
  const fd = frame.length === FD_BYTES;
  if (!fd && frame.length !== CLASSIC_BYTES) throw new RecordingError(`${frame.length} bytes are no CAN frame`);
  const word = view.getUint32(0, true);
  const length = frame[4] as number;
  if (length > frame.length - CAN_HEADER_BYTES) throw new RecordingError(`a CAN frame has no ${length} bytes of data`);
  const data = (word & REMOTE_FLAG) === 0 ? length : 0;
  const bytes = frame.slice(0, CAN_HEADER_BYTES + data);
  viewOf(bytes).setUint32(0, word);
  bytes[5] = fd ? (frame[5] as number) | FD_FLAG : 0;
  return bytes;
}

function fromSocketCan(bytes: Uint8Array): Uint8Array {
  if (bytes.length < CAN_HEADER_BYTES) throw new RecordingError(`${bytes.length} bytes are no CAN frame`);
  const word = viewOf(bytes).getUint32(0);
  const length = bytes[4] as number;
  const data = (word & REMOTE_FLAG) === 0 ? length : 0;
  // Recorders of old do not set the flag of FD.
  const fd = ((bytes[5] as number) & FD_FLAG) !== 0 || length > CLASSIC_BYTES - CAN_HEADER_BYTES;
  if (length > FD_BYTES - CAN_HEADER_BYTES || bytes.length < CAN_HEADER_BYTES + data)
    throw new RecordingError(`a CAN frame of ${length} bytes of data is cut off`);
  const frame = new Uint8Array(fd ? FD_BYTES : CLASSIC_BYTES);
  frame.set(bytes.subarray(0, CAN_HEADER_BYTES + data));
  viewOf(frame).setUint32(0, word, true);
  frame[5] = fd ? (bytes[5] as number) | FD_FLAG : 0;
  frame.fill(0, 6, CAN_HEADER_BYTES);
  return frame;
}

function withTags(dissector: string, bytes: Uint8Array, direction: Direction | undefined): Uint8Array {
  const name = Buffer.from(dissector);
  const [from, to] = [direction === 'from-device', direction === 'to-device'];
  const ports = [portOf(from, dissector), portOf(to, dissector)] as const;
  const tags = [
    tag(TAG.dissector, name),
    ...(dissector === DISSECTORS.modbus
      ? [
          tag(TAG.portType, word(PORT_TYPE_TCP)),
          tag(TAG.sourcePort, word(ports[0])),
          tag(TAG.targetPort, word(ports[1])),
        ]
      : []),
    tag(TAG.end, new Uint8Array(0)),
  ];
  return Buffer.concat([...tags, bytes]);
}

function portOf(isDevice: boolean, dissector: string): number {
  return isDevice && dissector === DISSECTORS.modbus ? MODBUS_PORT : ANY_PORT;
}

function tag(number: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16BE(number, 0);
  bytes.writeUInt16BE(padded(value.length), 2);
  bytes.set(value, 4);
  return bytes;
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function withoutTags(bytes: Uint8Array): LinkLayerFrame {
  const view = viewOf(bytes);
  let dissector = '';
  let at = 0;
  for (let tags = 0; tags < MOST_TAGS && at + 4 <= bytes.length; tags += 1) {
    const [number, length] = [view.getUint16(at), view.getUint16(at + 2)];
    const value = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    if (number === TAG.end) return { frameClass: classOf(dissector), bytes: bytes.slice(at) };
    if (number === TAG.dissector) dissector = Buffer.from(value).toString('latin1').replace(/\0+$/, '');
  }
  throw new RecordingError('the tags before a message have no end');
}

function classOf(dissector: string): RecordedClass {
  if (dissector === DISSECTORS.modbus) return 'modbus';
  if (dissector === DISSECTORS.bytes) return 'bytes';
  if (dissector === DISSECTORS.json) return 'json';
  throw new RecordingError(`a message for ${JSON.stringify(dissector.slice(0, 40))} is no frame of ours`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
