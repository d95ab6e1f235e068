// Asks every sound node what shall exist. What comes out are drafts: resources without their order.
import type { DrawnLink } from '../model/kinds/policy.ts';
import type { Draft } from '../model/lowering.ts';
import type { Drawing } from './configure/drawing.ts';
import type { DrawingScope } from './scope.ts';

export interface Lowered {
  readonly drafts: readonly Draft[];
  readonly links: readonly DrawnLink[];
}

export function lower(drawing: Drawing, scope: DrawingScope): Lowered {
  const sound = [...drawing.nodes.values()].filter(node => !node.broken);
  const parts = sound.map(node => node.nodeType.lower?.(node, scope) ?? {});
  return {
    drafts: parts.flatMap(part => part.resources ?? []).map(withoutIdleRename),
    links: parts.flatMap(part => part.links ?? []),
  };
}

/** A former name that is also the present one says nothing. */
function withoutIdleRename(draft: Draft): Draft {
  if (draft.was !== draft.address) return draft;
  const { was: _was, ...rest } = draft;
  return rest;
}
