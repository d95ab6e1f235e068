// Changes a field of a node on the canvas as if somebody had done so in its form: it can be undone, and waits for the deploy.

/** @returns the node, or `undefined` when it is not there any more */
export function editField(id: string, field: string, to: unknown): EditorNode | undefined {
  const node = RED.nodes.node(id);
  if (!node) return undefined;
  RED.history.push({
    t: 'edit',
    node,
    changes: { [field]: node[field] },
    changed: node.changed === true,
    dirty: RED.nodes.dirty(),
  });
  if (to === undefined) delete node[field];
  else node[field] = to;
  Object.assign(node, { changed: true, dirty: true });
  RED.nodes.dirty(true);
  RED.editor.validateNode(node);
  RED.events.emit('nodes:change', node);
  RED.view.redraw(true);
  return node;
}
