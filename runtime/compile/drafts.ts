// Drafts of one kind, typed as such.
import type { Kind } from '../model/address.ts';
import type { Draft } from '../model/lowering.ts';

export function draftsOf<K extends Kind>(kind: K, drafts: readonly Draft[]): readonly Draft<K>[] {
  return drafts.filter((draft): draft is Draft<K> => draft.kind === kind);
}

export function isKind<K extends Kind>(kind: K, draft: Draft): draft is Draft<K> {
  return draft.kind === kind;
}

/** Plain order of code units, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
