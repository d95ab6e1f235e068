// Shows the node a finding or a step speaks of.

/** Reveals a node by its id or its path inside subflow instances; a config node opens its form. */
export function revealNode(path: string): void {
  const ids = path.split('/');
  const node = ids.map(id => RED.nodes.node(id)).find(found => found);
  if (!node) return;
  if (node._def?.category === 'config') RED.editor.editConfig('', node.type, node.id);
  else RED.view.reveal(node.id);
}
