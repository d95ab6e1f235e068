// A fresh node of the palette is of the only gateway and the only tenant there is, so that nobody has to say what is plain.
import type { NodeFacts } from '../node-facts.ts';

/** @param fields  those that must be chosen: elsewhere nothing means all of them */
export function chooseOnly({ type, references }: NodeFacts, fields: readonly string[]): void {
  const chosen = Object.entries(references).filter(([field]) => fields.includes(field));
  if (chosen.length === 0) return;
  RED.events.on('nodes:add', (node: EditorNode, options?: { readonly source?: string }) => {
    if (node.type !== type || options?.source !== 'palette') return;
    for (const [field, config] of chosen) {
      const [only, ...others] = configsOf(config, node.z);
      if (node[field] === '' && only !== undefined && others.length === 0) node[field] = only;
    }
    RED.nodes.updateConfigNodeUsers(node, { action: 'add' });
  });
}

/** Config nodes that a node may use: global ones, and those of its own tab. */
function configsOf(type: string, tab: string | undefined): readonly string[] {
  const ids: string[] = [];
  RED.nodes.eachConfig(config => {
    if (config.type === type && (!config.z || config.z === tab)) ids.push(config.id);
    return undefined;
  });
  return ids;
}
