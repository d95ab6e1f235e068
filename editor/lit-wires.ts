// Lights the wires of one output on the canvas, while a form speaks of it.

/** @param port  place of the output; absent = no wire is lit any more */
export function lightWires(node: string, port?: number): void {
  for (const wire of document.querySelectorAll('g.red-ui-flow-link')) {
    const link = linkOf(wire);
    wire.classList.toggle('gw-wire-lit', link?.source.id === node && link.sourcePort === port);
  }
}

/** The wire of an element on the canvas: Node-RED keeps it there. */
export function linkOf(element: Element): EditorLink | undefined {
  return (element as { readonly __data__?: EditorLink }).__data__;
}
