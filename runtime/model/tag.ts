// How ownership is written into a real system as one line of text (interface alias, nft comment).
import { type Address, parseAddress } from './address.ts';

export interface Tag {
  readonly address: Address;
  readonly generation: number;
}

/** `gatewright:vm.cell-7/robot-a;generation=5`. */
export function formatTag(tag: Tag): string {
  return `gatewright:${tag.address};generation=${tag.generation}`;
}

/** Reads a tag back; `undefined` for text that is not ours. */
export function parseTag(text: string): Tag | undefined {
  const match = /^gatewright:([^;\s]{1,120});generation=(\d{1,10})$/.exec(text);
  if (match?.[1] === undefined || parseAddress(match[1]) === undefined) return undefined;
  return { address: match[1] as Address, generation: Number(match[2]) };
}
