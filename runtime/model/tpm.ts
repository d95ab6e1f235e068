// Who carries commands to a TPM, and who asks it. The one knows nothing of what is asked, the other nothing of the way.

/** The way to one TPM. One command at a time. */
export interface TpmTransport {
  /** @throws GatewrightError GW_ATTEST_TPM when nobody answers in time, or with more than {@link MOST_ANSWER} bytes */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** The event log of the firmware; undefined where there is none. @throws GatewrightError GW_ATTEST_TPM */
  log(): Promise<Uint8Array | undefined>;
  /**
   * Has whoever is there open one part of a secret and keep what was in it; absent where nobody does. The answer is only its header.
   * @param command  that opens it
   * @throws as `transmit`
   */
  secretPart?(name: string, index: number, count: number, command: Uint8Array): Promise<Uint8Array>;
  /** What was loaded in the TPM on the way may be gone then. Never throws. */
  close(): Promise<void>;
}

/** The largest answer of a TPM of the PC Client profile, in bytes. */
export const MOST_ANSWER = 4096;
/** The event log of a busy firmware has some 60 KB. */
export const MOST_LOG = 1024 * 1024;
