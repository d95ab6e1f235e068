// Puts together what is wrong with a wire on the canvas.
import { factsOf, outputName } from '../drawing.ts';
import type { WiredNode } from '../wiring.ts';
import { nearestTaking, type Placed } from './nearest.ts';
import { faultText } from './wire-words.ts';

/** @param node  of ours, where the wire begins */
export function drawnFault(
  node: EditorNode,
  { kinds, port, target }: { readonly kinds: readonly string[]; readonly port: number; readonly target: WiredNode },
): string {
  const name = outputName(node, port);
  const label = node.name || node.type;
  return faultText(
    {
      start: name === undefined ? label : node._('wire.of', { port: name, node: label }),
      passes: factsOf(node)?.passes === true,
      kinds,
      target: { label: target.label, accepts: target.ports?.accepts ?? [] },
      nearest: nearestTaking(kinds, { id: node.id, ...placeOf(node) }, placedOn(node.z))?.label,
    },
    (key, values) => node._(key, values),
  );
}

function placedOn(tab: string | undefined): readonly Placed[] {
  const found: Placed[] = [];
  RED.nodes.eachNode(node => {
    const facts = node.z === tab ? factsOf(node) : undefined;
    if (facts === undefined) return undefined;
    const { accepts, passes } = facts;
    found.push({ id: node.id, ...placeOf(node), label: node.name || node.type, accepts, passes });
    return undefined;
  });
  return found;
}

function placeOf({ x, y }: EditorNode): { readonly x: number; readonly y: number } {
  return { x: typeof x === 'number' ? x : 0, y: typeof y === 'number' ? y : 0 };
}
