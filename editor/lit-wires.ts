// Lights the wires of one output on the canvas, while a form speaks of it.

/** @param port  place of the output; absent = no wire is lit any more */
export function lightWires(node: string, port?: number): void {
  for (const wire of document.querySelectorAll('g.red-ui-flow-link')) {
    // Node-RED keeps the link with its element.
    const link = (wire as { readonly __data__?: EditorLink }).__data__;
    wire.classList.toggle('gw-wire-lit', link?.source.id === node && link.sourcePort === port);
  }
}
