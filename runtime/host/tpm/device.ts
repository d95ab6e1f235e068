// The TPM of this box behind the resource manager of its kernel [Documentation/security/tpm/tpm_vtpm_proxy, tpm(4)]: a command is
// one write, its answer one read. What was loaded is flushed when the file is closed.
import { type FileHandle, open } from 'node:fs/promises';
import { MOST_ANSWER, MOST_LOG, type TpmTransport } from '../../model/tpm.ts';
import { tpmError, within } from './errors.ts';

/** Making an RSA key takes a TPM of the box many seconds. */
const ANSWER_WITHIN_MS = 60_000;
/** Where Linux offers the log of the TPM of the box. */
export const HOST_LOG = '/sys/kernel/security/tpm0/binary_bios_measurements';

/** @param path  `/dev/tpmrm0` @param logPath  of the event log @throws GatewrightError GW_ATTEST_TPM */
export async function openTpmDevice(path: string, logPath: string = HOST_LOG): Promise<TpmTransport> {
  const file = await open(path, 'r+').catch(cause => {
    throw tpmError(`${path} cannot be opened (${cause.code}); give the box a TPM, or the agent the right to it`, cause);
  });
  return {
    transmit: command => within(ask(file, command, path), ANSWER_WITHIN_MS, `the TPM at ${path}`),
    log: () => readLog(logPath),
    close: () => file.close().catch(() => undefined), // it is gone either way
  };
}

async function ask(file: FileHandle, command: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    await file.write(command);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_ANSWER), 0, MOST_ANSWER, null);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw tpmError(`the TPM at ${path} does not answer (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** The log of a firmware as a file; it has no size before it is read. */
async function readLog(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const parts: Buffer[] = [];
    for (let length = 0; length <= MOST_LOG; ) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, null);
      if (bytesRead === 0) return Buffer.concat(parts);
      parts.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    throw tpmError(`the event log ${path} has more than ${MOST_LOG >> 10} KB; no firmware writes so much`);
  } finally {
    await file.close();
  }
}
