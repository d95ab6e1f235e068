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

/** Labels of the interfaces that a gateway's hardware nodes have; of all hardware when the gateway is not known. */
export function interfaceLabels(gateway: string): readonly string[] {
  const labels = new Set<string>();
  RED.nodes.eachNode(node => {
    if (node.type !== 'gatewright-hardware' || (gateway !== '' && node.gateway !== gateway)) return undefined;
    const interfaces: unknown = node.interfaces;
    if (!Array.isArray(interfaces)) return undefined;
    for (const entry of interfaces) if (typeof entry?.label === 'string') labels.add(entry.label);
    return undefined;
  });
  return [...labels].sort();
}
