// A program for UEFI, as far as it says what is measured of it: a Portable Executable (Microsoft, "PE Format"). All numbers are
// little-endian. Everything is held against the length of the file: who made it may mean us ill.
import { GatewrightError } from '../../model/errors.ts';

export interface Section {
  /** `.linux`, for example. */
  readonly name: string;
  /** Where it stands in the file, and how long it is there. */
  readonly offset: number;
  readonly bytes: number;
  /** How long it is in memory; what the file lacks is zeros. */
  readonly memoryBytes: number;
}

export interface Program {
  readonly file: Buffer;
  /** Places of the checksum, and of what says where the signatures are. */
  readonly checksumAt: number;
  readonly certificatesAt: number;
  readonly headerBytes: number;
  /** Of the signatures at the end of the file. */
  readonly certificateBytes: number;
  readonly sections: readonly Section[];
}

/** PE32 and PE32+: the magic number and how far behind it the directories begin. */
const DIRECTORIES_AT: Readonly<Record<number, number>> = { 267: 96, 523: 112 };
const [COFF_BYTES, SECTION_BYTES, MOST_SECTIONS] = [24, 40, 96];
/** IMAGE_DIRECTORY_ENTRY_SECURITY. */
const CERTIFICATES = 4;

/** @throws GatewrightError GW_ATTEST_IMAGE */
export function parseProgram(file: Buffer): Program {
  if (file.length < 64 || file.toString('latin1', 0, 2) !== 'MZ') throw unfit('is no EFI program');
  const start = number(file, 0x3c);
  if (number(file, start) !== 0x4550) throw unfit('is no EFI program');
  const optionalAt = start + COFF_BYTES;
  const optionalBytes = number(file, start + 20, 2);
  const directoriesAt = DIRECTORIES_AT[number(file, optionalAt, 2)];
  if (directoriesAt === undefined) throw unfit('is neither PE32 nor PE32+');
  const certificatesAt = optionalAt + directoriesAt + 8 * CERTIFICATES;
  const known = number(file, optionalAt + directoriesAt - 4);
  if (known <= CERTIFICATES || certificatesAt + 8 > optionalAt + optionalBytes)
    throw unfit('has no place for a signature');
  const headerBytes = number(file, optionalAt + 60);
  const sections = readSections(file, optionalAt + optionalBytes, number(file, start + 6, 2));
  const certificateBytes = number(file, certificatesAt + 4);
  if (headerBytes > file.length || certificatesAt + 8 > headerBytes || certificateBytes > file.length - headerBytes)
    throw unfit('is cut short');
  return { file, checksumAt: optionalAt + 64, certificatesAt, headerBytes, certificateBytes, sections };
}

function readSections(file: Buffer, at: number, count: number): readonly Section[] {
  if (count > MOST_SECTIONS) throw unfit(`has ${count} sections`);
  return Array.from({ length: count }, (_, index) => {
    const entry = at + SECTION_BYTES * index;
    const [memoryBytes, bytes, offset] = [8, 16, 20].map(place => number(file, entry + place)) as [
      number,
      number,
      number,
    ];
    if (bytes > 0 && offset + bytes > file.length) throw unfit('is cut short');
    return { name: file.toString('latin1', entry, entry + 8).replace(/\0+$/, ''), offset, bytes, memoryBytes };
  });
}

/** What a section holds in memory. */
export function contentOf({ file }: Program, { offset, bytes, memoryBytes }: Section): Buffer {
  const content = file.subarray(offset, offset + Math.min(bytes, memoryBytes));
  if (memoryBytes > file.length + bytes) throw unfit('has a section that is larger than the file');
  return content.length === memoryBytes ? content : Buffer.concat([content], memoryBytes);
}

function number(file: Buffer, at: number, bytes: 2 | 4 = 4): number {
  if (at + bytes > file.length) throw unfit('is cut short');
  return file.readUIntLE(at, bytes);
}

/** @returns what is thrown for a kernel or an image of which nobody can say what will be measured */
export function unfit(fact: string): GatewrightError {
  return new GatewrightError('GW_ATTEST_IMAGE', `what is to be booted ${fact}`);
}
