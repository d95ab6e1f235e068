// The commands that attestation needs, each with the clause of Part 3 by its title. What they answer is checked strictly.
import type { TpmTransport } from '../../../model/tpm.ts';
import { ALG, HASH_BYTES, MOST_DIGEST, MOST_NAME } from '../algorithms.ts';
import { malformed, type Reader } from '../reader.ts';
import { readSelections } from '../selection.ts';
import { sized, u16, u32 } from './bytes.ts';
import { exchange, marshal, type TpmCommand, TpmRefusal } from './exchange.ts';

const HIERARCHY = { endorsement: 0x4000_000b, none: 0x4000_0007 } as const;
const EMPTY = sized(Buffer.alloc(0));
/** TPM2B_MAX_NV_BUFFER of every TPM of the profile takes so many bytes. */
const NV_PART = 512;
const MOST_CERTIFICATE = 8192;

/** "TPM2_CreatePrimary", in the endorsement hierarchy. @returns handle of the key, and its TPM2B_PUBLIC */
export async function createPrimary(transport: TpmTransport, template: Uint8Array): Promise<LoadedKey> {
  const sensitive = sized(Buffer.concat([EMPTY, EMPTY]));
  const { handle, parameters } = await exchange(transport, {
    ...{ code: 0x131, title: 'TPM2_CreatePrimary', handles: [HIERARCHY.endorsement] },
    ...{ authorizations: ['password'], answersHandle: true },
    parameters: Buffer.concat([sensitive, sized(template), EMPTY, u32(0)]),
  });
  // TPM2B_CREATION_DATA and what follows say where it was made, which its attributes say as well.
  return { handle, publicArea: sized(parameters.sized(0xffff)) };
}

export interface LoadedKey {
  readonly handle: number;
  /** TPM2B_PUBLIC. */
  readonly publicArea: Buffer;
}

/** "TPM2_ReadPublic". @returns TPM2B_PUBLIC */
export async function readPublic(transport: TpmTransport, handle: number): Promise<Buffer> {
  const { parameters } = await exchange(transport, { code: 0x173, title: 'TPM2_ReadPublic', handles: [handle] });
  const area = parameters.sized(0xffff);
  parameters.sized(MOST_NAME);
  parameters.sized(MOST_NAME);
  parameters.end();
  return sized(area);
}

/** "TPM2_FlushContext". */
export async function flushContext(transport: TpmTransport, handle: number): Promise<void> {
  await exchange(transport, { code: 0x165, title: 'TPM2_FlushContext', handles: [], parameters: u32(handle) });
}

/** "TPM2_NV_ReadPublic" and "TPM2_NV_Read" of a whole index that everybody may read. */
export async function readIndex(transport: TpmTransport, index: number): Promise<Buffer> {
  const { parameters } = await exchange(transport, { code: 0x169, title: 'TPM2_NV_ReadPublic', handles: [index] });
  const area = parameters.sized(0xffff);
  // TPMS_NV_PUBLIC ends with the size of what is stored.
  const size = area.length < 2 ? 0 : area.readUInt16BE(area.length - 2);
  if (size > MOST_CERTIFICATE)
    throw malformed('an index of the TPM', `has ${size} bytes where a certificate was to be`);
  const parts: Buffer[] = [];
  for (let at = 0; at < size; at += NV_PART)
    parts.push(await readPart(transport, index, at, Math.min(NV_PART, size - at)));
  return Buffer.concat(parts);
}

async function readPart(transport: TpmTransport, index: number, at: number, length: number): Promise<Buffer> {
  const { parameters } = await exchange(transport, {
    ...{ code: 0x14e, title: 'TPM2_NV_Read', handles: [index, index], authorizations: ['password'] },
    parameters: Buffer.concat([u16(length), u16(at)]),
  });
  const part = parameters.sized(NV_PART);
  if (part.length !== length) throw malformed('an index of the TPM', `gave ${part.length} bytes, and not ${length}`);
  return part;
}

export interface Quote {
  /** TPMS_ATTEST. */
  readonly attest: Buffer;
  /** TPMT_SIGNATURE. */
  readonly signature: Buffer;
}

/** "TPM2_Quote" over PCRs of the SHA-256 bank. @param nonce  goes into the quote as it is */
export async function quote(
  transport: TpmTransport,
  key: number,
  nonce: Uint8Array,
  pcrs: readonly number[],
): Promise<Quote> {
  const { parameters } = await exchange(transport, {
    ...{ code: 0x158, title: 'TPM2_Quote', handles: [key], authorizations: ['password'] },
    parameters: Buffer.concat([sized(nonce), u16(ALG.none), selection(pcrs)]),
  });
  const attest = parameters.sized(0xffff);
  return { attest, signature: parameters.take(parameters.left) };
}

/** "TPM2_PCR_Read" of the SHA-256 bank, which answers eight at most at a time. */
export async function readPcrs(transport: TpmTransport, pcrs: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
  const values = new Map<number, Buffer>();
  for (let left = pcrs; left.length > 0; left = pcrs.filter(pcr => !values.has(pcr))) {
    const { parameters } = await exchange(transport, {
      ...{ code: 0x17e, title: 'TPM2_PCR_Read', handles: [], parameters: selection(left) },
    });
    const before = values.size;
    for (const [pcr, value] of readValues(parameters)) values.set(pcr, value);
    if (values.size === before) throw malformed('TPML_DIGEST', `has nothing of the PCRs ${left.join(', ')}`);
  }
  return values;
}

function readValues(parameters: Reader): readonly (readonly [number, Buffer])[] {
  parameters.u32(); // counts changes of all PCRs; the quote tells what counts
  const selected = readSelections(parameters, 'the answer to TPM2_PCR_Read').flatMap(({ pcrs }) => pcrs);
  const count = parameters.u32();
  if (count !== selected.length) throw malformed('TPML_DIGEST', `has ${count} values for ${selected.length} PCRs`);
  return selected.map(pcr => {
    const value = parameters.sized(MOST_DIGEST);
    if (value.length !== HASH_BYTES.sha256) throw malformed('TPML_DIGEST', `has a value of ${value.length} bytes`);
    return [pcr, value] as const;
  });
}

/** TPML_PCR_SELECTION of the SHA-256 bank, 24 PCRs. */
function selection(pcrs: readonly number[]): Buffer {
  const bitmap = Buffer.alloc(3);
  for (const pcr of pcrs) bitmap[pcr >> 3] = (bitmap[pcr >> 3] ?? 0) | (1 << (pcr & 7));
  return Buffer.concat([u32(1), u16(ALG.sha256), Buffer.of(bitmap.length), bitmap]);
}

export interface Sealing {
  /** TPM2B_ID_OBJECT. */
  readonly idObject: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array;
}

export interface ActivationKeys {
  readonly attestation: number;
  readonly endorsement: number;
}

/** "TPM2_ActivateCredential" in a session that satisfies the endorsement key's policy. @returns what was in it */
export function activateCredential(transport: TpmTransport, keys: ActivationKeys, sealing: Sealing): Promise<Buffer> {
  return inPolicySession(transport, async session => {
    const { parameters } = await exchange(transport, activation(keys, session, sealing));
    return parameters.sized(MOST_DIGEST);
  });
}

export interface SecretPart extends Sealing {
  readonly name: string;
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** The same, by whoever is there: what was in it stays there. @throws TpmRefusal when the TPM does not open it */
export function keepSecretPart(
  transport: Pick<Required<TpmTransport>, 'secretPart'> & TpmTransport,
  keys: ActivationKeys,
  { name, index, count, ...sealing }: SecretPart,
): Promise<void> {
  return inPolicySession(transport, async session => {
    const command = activation(keys, session, sealing);
    const header = await transport.secretPart(name, index, count, marshal(command));
    if (header.length !== 10)
      throw malformed(`the answer to ${command.title}`, `has a header of ${header.length} bytes`);
    const code = Buffer.from(header).readUInt32BE(6);
    if (code !== 0) throw new TpmRefusal(command.title, code);
  });
}

function activation({ attestation, endorsement }: ActivationKeys, session: number, sealing: Sealing): TpmCommand {
  return {
    ...{ code: 0x147, title: 'TPM2_ActivateCredential', handles: [attestation, endorsement] },
    authorizations: ['password', { session }],
    parameters: Buffer.concat([sealing.idObject, sealing.encryptedSecret]),
  };
}

async function inPolicySession<T>(transport: TpmTransport, work: (session: number) => Promise<T>): Promise<T> {
  const session = await startPolicySession(transport);
  try {
    await policySecret(transport, session);
    return await work(session);
  } finally {
    await flushContext(transport, session).catch(() => undefined); // the TPM may have ended it itself
  }
}

/** "TPM2_StartAuthSession" for a policy, unbound and unsalted: the answer is no secret to who carries it. */
async function startPolicySession(transport: TpmTransport): Promise<number> {
  const [policy, nonce] = [Buffer.of(0x01), sized(Buffer.alloc(16, 1))];
  const { handle } = await exchange(transport, {
    ...{ code: 0x176, title: 'TPM2_StartAuthSession', handles: [HIERARCHY.none, HIERARCHY.none], answersHandle: true },
    parameters: Buffer.concat([nonce, EMPTY, policy, u16(ALG.none), u16(ALG.sha256)]),
  });
  return handle;
}

/** "TPM2_PolicySecret" of the endorsement hierarchy. */
async function policySecret(transport: TpmTransport, session: number): Promise<void> {
  await exchange(transport, {
    ...{ code: 0x151, title: 'TPM2_PolicySecret', handles: [HIERARCHY.endorsement, session] },
    authorizations: ['password'],
    parameters: Buffer.concat([EMPTY, EMPTY, EMPTY, u32(0)]),
  });
}
