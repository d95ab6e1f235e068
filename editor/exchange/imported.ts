// What was imported last, out of the editor's history. Pure.

/** Ids of nodes that an import or a paste has added; none for a single node, which somebody has put there by hand. */
export function importedIds(event: EditorHistoryEvent | undefined): ReadonlySet<string> {
  if (event?.t === 'multi') return new Set((event.events ?? []).flatMap(one => [...importedIds(one)]));
  const ids = event?.t === 'add' ? (event.nodes ?? []) : [];
  return new Set(ids.length < 2 ? [] : ids.filter(id => typeof id === 'string'));
}

/** The type that a node has in flow JSON: the editor calls those that it does not know `unknown`. */
export function typeOf(node: Pick<EditorNode, 'type'> & { readonly _orig?: unknown }): string {
  const original = (node._orig as { readonly type?: unknown } | undefined)?.type;
  return node.type === 'unknown' && typeof original === 'string' ? original : node.type;
}

/** How many nodes there are of each pack. @param packs  by node type */
export function packCounts(
  types: readonly string[],
  packs: Readonly<Record<string, string>>,
): readonly { readonly pack: string; readonly count: number }[] {
  const known = types.flatMap(type => (Object.hasOwn(packs, type) ? [packs[type] ?? ''] : []));
  const counts = Map.groupBy(known, pack => pack);
  return [...counts].map(([pack, all]) => ({ pack, count: all.length })).sort((a, b) => b.count - a.count);
}
