// The digest of a program that its signature is about and that the firmware measures before it starts the program: all of the
// file but the checksum and the signatures (Microsoft, "Windows Authenticode Portable Executable Signature Format").
import { createHash } from 'node:crypto';
import type { StrongHashName } from '../tpm/algorithms.ts';
import { parseProgram, unfit } from './program.ts';

/** @throws GatewrightError GW_ATTEST_IMAGE for what is no program */
export function programDigest(file: Buffer, bank: StrongHashName): Buffer {
  const { checksumAt, certificatesAt, headerBytes, certificateBytes, sections } = parseProgram(file);
  const sum = createHash(bank)
    .update(file.subarray(0, checksumAt))
    .update(file.subarray(checksumAt + 4, certificatesAt))
    .update(file.subarray(certificatesAt + 8, headerBytes));
  let hashed = headerBytes;
  for (const { offset, bytes } of [...sections].sort((one, other) => one.offset - other.offset)) {
    if (bytes === 0) continue;
    sum.update(file.subarray(offset, offset + bytes));
    hashed += bytes;
  }
  const end = file.length - certificateBytes;
  if (hashed > end) throw unfit('has sections that overlap');
  return sum.update(file.subarray(hashed, end)).digest();
}
