// What is in the events of UEFI firmware and Linux's boot loaders. Everything is read leniently: it only serves to name
// things, and what cannot be read has no name.
import { plainText } from '../model/plain-text.ts';

export interface UefiVariable {
  readonly name: string;
  readonly value: Buffer;
}

/** UEFI_VARIABLE_DATA: GUID, two lengths of eight bytes, name, value. */
export function variableOf(data: Buffer): UefiVariable | undefined {
  if (data.length < 32) return undefined;
  const [nameBytes, valueBytes] = [2n * data.readBigUInt64LE(16), data.readBigUInt64LE(24)];
  if (32n + nameBytes + valueBytes !== BigInt(data.length)) return undefined;
  const end = 32 + Number(nameBytes);
  return { name: plain(data.toString('utf16le', 32, end)), value: data.subarray(end) };
}

/** Types of device path nodes: media and in it a file, and the end. */
const [MEDIA, MEDIA_FILE, END] = [0x04, 0x04, 0x7f];

export interface BootImage {
  /** Path of the file, empty when it came from the network, for example. */
  readonly file: string;
  /** Whether it has no device path at all. */
  readonly fromMemory: boolean;
}

/** UEFI_IMAGE_LOAD_EVENT: place, length, link address, length of the device path; then the path. */
export function bootImage(data: Buffer): BootImage {
  let path = data.subarray(32);
  const fromMemory = path.length < 4 || path[0] === END;
  const names: string[] = [];
  while (path.length >= 4 && path[0] !== END) {
    const length = path.readUInt16LE(2);
    if (length < 4 || length > path.length) break;
    if (path[0] === MEDIA && path[1] === MEDIA_FILE) names.push(plain(path.toString('utf16le', 4, length)));
    path = path.subarray(length);
  }
  return { file: names.join('\\').replaceAll('\\\\', '\\'), fromMemory };
}

/** TCG_PCClientTaggedEvent. */
export function taggedEvent(data: Buffer): { readonly id: number; readonly text: string } | undefined {
  return data.length < 8 ? undefined : { id: data.readUInt32LE(0), text: textOf(data.subarray(8)) };
}

/** Text of an event, in the one or the other encoding. */
export function textOf(data: Buffer): string {
  return plain(data.toString(data.length > 2 && data[1] === 0 ? 'utf16le' : 'utf8'));
}

/** Without zeros at the end, and without what could disturb a terminal. */
function plain(text: string): string {
  return plainText(text.replace(/\0+$/, ''), 200);
}
