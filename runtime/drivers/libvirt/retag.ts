// The tag of a domain that runs.
import { type DomainDescription, METADATA_PREFIX, METADATA_URI } from './domain.ts';
import { formatTag } from './domain-format.ts';
import { AFFECT, type DomainRef, METADATA, setMetadata } from './rpc/calls.ts';
import type { CallOptions, RpcConnection } from './rpc/connection.ts';

/** Define leaves what runs alone, its tag too; without this a renamed VM would run under its old address. */
export async function retag(
  rpc: RpcConnection,
  ref: DomainRef,
  description: DomainDescription,
  options: CallOptions,
): Promise<void> {
  const tag = { type: METADATA.element, value: formatTag(description), key: METADATA_PREFIX, uri: METADATA_URI };
  await setMetadata(rpc, ref, { ...tag, affects: AFFECT.live }, options);
  await setMetadata(rpc, ref, { type: METADATA.title, value: description.address, affects: AFFECT.live }, options);
}
