// Environment variables that a field of a node may name: those of the groups, the subflow or the tab it is on, and global ones.

/** As a field writes them, `${NAME}`, without repeats. */
export function variablesFor(node: EditorNode): readonly string[] {
  const names = new Set<string>();
  const add = (env: unknown) => {
    if (Array.isArray(env)) for (const one of env) if (typeof one?.name === 'string') names.add(`\${${one.name}}`);
  };
  for (let id = node.g; typeof id === 'string'; ) {
    const group: EditorNode | null | undefined = RED.nodes.group(id);
    add(group?.env);
    id = group?.g;
  }
  const tab = node.z === undefined ? undefined : (RED.nodes.subflow(node.z) ?? RED.nodes.workspace(node.z));
  add(tab?.env);
  RED.nodes.eachConfig(config => {
    if (config.type === 'global-config') add(config.env);
    return undefined;
  });
  return [...names].sort();
}
