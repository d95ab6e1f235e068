// Why a step is planned, in one line for the user.
import { CODES } from '../model/codes.ts';
import type { FieldChange } from '../model/plan.ts';
import { topField } from './diff.ts';
import type { Draft } from './draft.ts';
import type { FactsByKind } from './facts.ts';

/** A sentence without a full stop; what is wrong with what is there comes first, with its code. */
export function reasonOf(draft: Draft, facts: FactsByKind): string {
  const wrong = (draft.observed?.findings ?? []).map(
    ({ code }) => `${CODES[code].meaning.replace(/\.$/, '')} [${code}]`,
  );
  return [...wrong, plainReason(draft, facts)].join('; ');
}

function plainReason(draft: Draft, facts: FactsByKind): string {
  const driver = facts.get(draft.kind)?.driver ?? 'this gateway';
  switch (draft.action) {
    case 'create':
      return 'drawn, and not there yet';
    case 'remove':
      return 'there, and no longer drawn';
    case 'update':
      return updateReason(draft.changes);
    case 'replace':
      return replaceReason(draft, driver);
  }
}

function updateReason(changes: readonly FieldChange[]): string {
  const restart = fields(changes.filter(change => change.how === 'restart'));
  if (restart.length > 0) return `${joined(restart)} ${restart.length === 1 ? 'takes' : 'take'} effect with a restart`;
  const rename = changes.find(change => change.field === 'address');
  if (rename !== undefined) return `renamed from ${String(rename.from)}, nothing is made anew`;
  return `${joined(fields(changes))} ${fields(changes).length === 1 ? 'changes' : 'change'} in place`;
}

function replaceReason(draft: Draft, driver: string): string {
  if (draft.because !== undefined) return `stands on ${draft.because}, which is made anew`;
  const stuck = draft.changes.filter(change => change.how === undefined);
  const words = fields(stuck.filter(change => change.field !== 'address'));
  if (words.length > 0) return `${driver} cannot change ${joined(words)} in place`;
  return `renamed from ${draft.was}, which ${driver} can only do by making it anew`;
}

function fields(changes: readonly FieldChange[]): readonly string[] {
  return [...new Set(changes.map(change => topField(change.field)))];
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
