// What a verifier has a TPM do, whoever carries the commands: the box's own, one of a VM over its channel, an emulated one.
import { X509Certificate } from 'node:crypto';
import type { TpmTransport } from '../../model/tpm.ts';
import type { Candidate } from '../enrolment.ts';
import type { Claim } from '../standing.ts';
import {
  activateCredential,
  createPrimary,
  flushContext,
  keepSecretPart,
  type LoadedKey,
  quote,
  readIndex,
  readPcrs,
  readPublic,
  type Sealing,
  type SecretPart,
} from '../tpm/command/commands.ts';
import { TpmRefusal } from '../tpm/command/exchange.ts';
import { saysAbsent } from '../tpm/command/response-code.ts';
import { attestationTemplate, endorsementTemplate } from '../tpm/command/templates.ts';

/** Where makers put the endorsement key for RSA and its certificate (EK Credential Profile). */
const ENDORSEMENT = { handle: 0x8101_0001, certificate: 0x01c0_0002 } as const;

/** Talks to one TPM; one thing at a time. */
export interface Attester {
  /** TPM2B_PUBLIC of its attestation key, in hex. */
  readonly key: string;
  /** The keys of the TPM, to be enrolled. */
  candidate(): Promise<Candidate>;
  /** What a credential holds: only the TPM with both keys finds it. */
  activate(sealing: Sealing): Promise<Buffer>;
  /**
   * Evidence of what runs now.
   * @param nonce  in hex
   * @param pcrs   of the SHA-256 bank
   */
  claim(nonce: string, pcrs: readonly number[]): Promise<Claim>;
  /** Has the machine open one part of a secret and keep it; absent where nobody in it does. */
  takeSecretPart?(part: SecretPart): Promise<void>;
  close(): Promise<void>;
}

/**
 * Loads the keys.
 * @throws GatewrightError GW_ATTEST_TPM, GW_ATTEST_MALFORMED; the transport is closed then
 */
export async function openAttester(transport: TpmTransport): Promise<Attester> {
  try {
    const endorsement = await endorsementKey(transport);
    const attestation = await createPrimary(transport, attestationTemplate());
    return attesterOf(transport, { endorsement, attestation });
  } catch (error) {
    await transport.close();
    throw error;
  }
}

interface Keys {
  readonly endorsement: LoadedKey;
  readonly attestation: LoadedKey;
}

function attesterOf(transport: TpmTransport, keys: Keys): Attester {
  const key = keys.attestation.publicArea.toString('hex');
  const endorsement = { key: keys.endorsement.publicArea.toString('hex'), chain: [] };
  const handles = { attestation: keys.attestation.handle, endorsement: keys.endorsement.handle };
  return {
    key,
    async candidate() {
      const certificate = await certificateOf(transport);
      return { key, endorsement: { ...endorsement, ...(certificate === undefined ? {} : { certificate }) } };
    },
    ...(isKeeper(transport) ? { takeSecretPart: part => keepSecretPart(transport, handles, part) } : {}),
    activate: sealing => activateCredential(transport, handles, sealing),
    async claim(nonce, pcrs) {
      const quoted = await quote(transport, handles.attestation, Buffer.from(nonce, 'hex'), pcrs);
      const values = await readPcrs(transport, pcrs);
      const log = await transport.log();
      return {
        ...{
          version: 1,
          nonce,
          key,
          quote: quoted.attest.toString('hex'),
          signature: quoted.signature.toString('hex'),
        },
        pcrs: { sha256: Object.fromEntries([...values].map(([pcr, value]) => [pcr, value.toString('hex')])) },
        ...(log === undefined ? {} : { log: Buffer.from(log).toString('base64') }),
      };
    },
    async close() {
      await unload(transport, keys);
      await transport.close();
    },
  };
}

function isKeeper(transport: TpmTransport): transport is Required<TpmTransport> {
  return transport.secretPart !== undefined;
}

/** A bare TPM has room for three objects, so what was loaded is put away; one behind a resource manager does it itself. */
async function unload(transport: TpmTransport, { endorsement, attestation }: Keys): Promise<void> {
  const loaded = [attestation.handle, endorsement.handle].filter(handle => handle !== ENDORSEMENT.handle);
  for (const handle of loaded) await flushContext(transport, handle).catch(() => undefined); // the TPM may have gone
}

/** The key that its maker stored, or else the same key made anew, which takes longer. */
async function endorsementKey(transport: TpmTransport): Promise<LoadedKey> {
  try {
    return { handle: ENDORSEMENT.handle, publicArea: await readPublic(transport, ENDORSEMENT.handle) };
  } catch (error) {
    if (!(error instanceof TpmRefusal && saysAbsent(error.responseCode))) throw error;
    return createPrimary(transport, endorsementTemplate());
  }
}

/** PEM; undefined when the maker stored none. What is no certificate is none. */
async function certificateOf(transport: TpmTransport): Promise<string | undefined> {
  try {
    return new X509Certificate(await readIndex(transport, ENDORSEMENT.certificate)).toString();
  } catch (error) {
    if (error instanceof TpmRefusal && !saysAbsent(error.responseCode)) throw error;
    if (
      error instanceof TpmRefusal ||
      !(error instanceof Error && 'code' in error && String(error.code).startsWith('GW_'))
    )
      return undefined;
    throw error;
  }
}
