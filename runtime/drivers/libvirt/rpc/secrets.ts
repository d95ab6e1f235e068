// The calls about secrets that libvirt keeps for domains (libvirt, src/remote/remote_protocol.x; formatsecret.html).
import type { CallOptions, RpcConnection } from './connection.ts';
import { type XdrReader, XdrWriter } from './xdr.ts';

const MAX_STRING_BYTES = 4 * 1024 * 1024;
const UUID_BYTES = 16;

/** A secret as libvirt names it. */
export interface SecretRef {
  /** 16 bytes. */
  readonly uuid: Buffer;
  /** virSecretUsageType. */
  readonly usage: number;
  readonly name: string;
}

/** virSecretUsageType */
export const USAGE = { vtpm: 5 } as const;

const secret = (reader: XdrReader): SecretRef => ({
  uuid: reader.opaque(UUID_BYTES),
  usage: reader.int(),
  name: reader.string(MAX_STRING_BYTES),
});

const DEFINE = { number: 142, what: 'define a secret', decode: secret, changes: true } as const;
/** New, or in place of the one with the same UUID. */
export function defineSecret(rpc: RpcConnection, xml: string, options?: CallOptions): Promise<SecretRef> {
  return rpc.call(DEFINE, new XdrWriter().string(xml).uint(0).bytes(), options);
}

const SET_VALUE = { number: 144, what: 'set a secret', decode: () => undefined, changes: true } as const;
/** Gives a secret its value, which libvirt tells nobody when the secret is private. */
export function setSecretValue(
  rpc: RpcConnection,
  ref: SecretRef,
  value: Uint8Array,
  options?: CallOptions,
): Promise<void> {
  const args = writeSecret(ref);
  // An opaque of variable length is its length, then its bytes, padded to four [RFC 4506, 4.10].
  return rpc.call(SET_VALUE, args.uint(value.length).opaque(value).uint(0).bytes(), options);
}

const UNDEFINE = { number: 146, what: 'undefine a secret', decode: () => undefined, changes: true } as const;
export function undefineSecret(rpc: RpcConnection, ref: SecretRef, options?: CallOptions): Promise<void> {
  return rpc.call(UNDEFINE, writeSecret(ref).bytes(), options);
}

function writeSecret({ uuid, usage, name }: SecretRef): XdrWriter {
  return new XdrWriter().opaque(uuid).int(usage).string(name);
}
