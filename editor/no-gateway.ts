// A gateway field that may stay empty: Node-RED would choose the first gateway of the drawing by itself.

export function allowNoGateway(node: EditorNode): void {
  if (!node.gateway) $('#node-input-gateway').val('_ADD_').trigger('change');
}
