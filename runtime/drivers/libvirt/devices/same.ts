// Whether what a domain has is the device that is there now. Compares what both say of where it is, whatever else libvirt added.
import { canonicalJson } from '../../../model/canonical.ts';
import type { OwnedElement } from '../owned-parts.ts';
import type { XmlTree } from '../xml.ts';
import type { Part } from './box.ts';

/** Whether the elements are exactly these parts, in any order. */
export function areSame(elements: readonly OwnedElement[], parts: readonly Part[]): boolean {
  return canonicalJson(elements.map(placeOf).sort()) === canonicalJson(parts.map(placeOf).sort());
}

/** Where the device of an element is on the buses of the box, as text to compare. */
export function placeOf({ kind, tree }: Part): string {
  const source = subtree(tree.source);
  if (kind === 'serial') return canonicalJson(['serial', source['@path'] ?? null]);
  const address = subtree(source.address);
  const numbers = ['@domain', '@bus', '@slot', '@function', '@device'].map(field => numberOf(address[field]));
  return canonicalJson([
    tree['@type'] ?? null,
    numbers,
    subtree(source.vendor)['@id'] ?? null,
    subtree(source.product)['@id'] ?? null,
  ]);
}

function subtree(value: XmlTree[string]): XmlTree {
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlTree) : {};
}

function numberOf(value: XmlTree[string]): number | null {
  return typeof value === 'string' ? Number(value) : null;
}
