// How ownership is written into a real system as one line of text (interface alias, nft comment).
import { type Address, parseAddress } from './address.ts';

export interface Tag {
  readonly address: Address;
  readonly generation: number;
  /**
   * What the real thing cannot show by itself (its tenant, the name it was drawn with), so that nothing is lost with our
   * own files. Keys are lower-case words, values letters, digits and `.,:/_-`; others are refused when the tag is read.
   */
  readonly facts?: Readonly<Record<string, string>>;
}

const TAG = /^gatewright:([^;\s]{1,120});generation=(\d{1,10})((?:;[a-z]{1,16}=[\w.,:/-]{0,200}){0,12})$/;

/** `gatewright:vm.cell-7/robot-a;generation=5`, followed by `;key=value` for every fact. */
export function formatTag(tag: Tag): string {
  const facts = Object.entries(tag.facts ?? {}).map(([key, value]) => `;${key}=${value}`);
  return `gatewright:${tag.address};generation=${tag.generation}${facts.join('')}`;
}

/** Reads a tag back; `undefined` for text that is not ours. */
export function parseTag(text: string): Tag | undefined {
  const match = TAG.exec(text);
  if (match?.[1] === undefined || parseAddress(match[1]) === undefined) return undefined;
  const owner = { address: match[1] as Address, generation: Number(match[2]) };
  const pairs = (match[3] ?? '').split(';').filter(pair => pair !== '');
  return pairs.length === 0 ? owner : { ...owner, facts: Object.fromEntries(pairs.map(splitPair)) };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
