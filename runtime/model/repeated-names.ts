// Finds entries of a list that have one name. Used by every node type whose list names its entries.
import type { DrawnNode, Scope } from './lowering.ts';

/**
 * Reports each entry whose name an earlier entry of the same list has.
 * @param what  the entries in words, plural
 */
export function reportRepeatedNames(
  node: DrawnNode,
  field: string,
  entries: readonly { readonly name: string }[],
  what: string,
  scope: Pick<Scope, 'report'>,
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of entries.entries()) {
    if (seen.has(name))
      scope.report({
        code: 'GW_ENTRY_TWICE',
        node,
        field: `${field}[${index}]`,
        summary: `Two ${what} of ${node.label} have the name ${name}.`,
        remedy: 'Give each a name of its own.',
      });
    seen.add(name);
  }
}
