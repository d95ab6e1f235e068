// Which wires of the drawing lead from the card of which VM into its network: the first wire at the VM, whatever it leads to. Pure.
import type { Address } from '../../runtime/model/address.ts';
import { keyOf, type Wire } from './bus-wires.ts';

/** What is drawn, as this rule needs it. */
export interface DrawnCards {
  /** By the node of a VM: its cards in the order of its outputs. */
  readonly cards: ReadonlyMap<string, readonly Address<'port'>[]>;
  /** Wires at the outputs of a node. */
  wiresOf(node: string): readonly Wire[];
}

/** By `keyOf` a wire. */
export function cardWires({ cards, wiresOf }: DrawnCards): ReadonlyMap<string, Address<'port'>> {
  const found = new Map<string, Address<'port'>>();
  for (const [node, ports] of cards)
    for (const wire of wiresOf(node)) {
      const port = ports[wire.sourcePort];
      if (port !== undefined) found.set(keyOf(wire), port);
    }
  return found;
}
