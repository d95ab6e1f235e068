// Names of drawn nodes, for suggestions in forms.

/** Names of all nodes of a type, sorted, without repeats. */
export function nodeNames(type: string): readonly string[] {
  const names = new Set<string>();
  RED.nodes.eachNode(node => {
    if (node.type === type && node.name) names.add(node.name);
    return undefined;
  });
  return [...names].sort();
}

/** Labels of the network interfaces that a gateway's hardware nodes have; of all hardware when the gateway is not known. */
export function interfaceLabels(gateway: string): readonly string[] {
  const labels = new Set<string>();
  RED.nodes.eachNode(node => {
    if (node.type !== 'gatewright-hardware' || (gateway !== '' && node.gateway !== gateway)) return undefined;
    const interfaces: unknown = node.interfaces;
    if (!Array.isArray(interfaces)) return undefined;
    for (const { label, kind = 'ethernet' } of interfaces.filter(isRow))
      if (typeof label === 'string' && kind === 'ethernet') labels.add(label);
    return undefined;
  });
  return [...labels].sort();
}

function isRow(value: unknown): value is { readonly label?: unknown; readonly kind?: unknown } {
  return typeof value === 'object' && value !== null;
}
