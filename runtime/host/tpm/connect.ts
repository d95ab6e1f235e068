// The socket behind which a TPM is.
import type { Socket } from 'node:net';
import { messageOf } from '../../model/errors.ts';
import { connectSocket } from '../local-ipc.ts';
import { tpmError } from './errors.ts';

/** @param remedy  what to do when nobody is there. @throws GatewrightError GW_ATTEST_TPM */
export async function connect(path: string, remedy: string): Promise<Socket> {
  try {
    return await connectSocket(path);
  } catch (cause) {
    throw tpmError(`no TPM is reached: ${messageOf(cause)}, or ${remedy}`, cause);
  }
}
