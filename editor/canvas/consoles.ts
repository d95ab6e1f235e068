// Consoles of VMs from the canvas: their pages are our own server's, so a stock Node-RED has none.

/** Path of the console of a VM that is drawn; `undefined` for what is no VM, lacks a name or a gateway, or where nobody serves one. */
export function consolePath(node: EditorNode, base = RED.settings.gatewright?.consoles): string | undefined {
  if (base === undefined || node.type !== 'gatewright-vm') return undefined;
  const gateway = typeof node.gateway === 'string' ? RED.nodes.node(node.gateway)?.name : undefined;
  // What is not a plain name stands for a variable, which only the compiler knows.
  if (![gateway, node.name].every(name => /^[a-z0-9-]+$/.test(name ?? ''))) return undefined;
  return `${base}${gateway}/${node.name}`;
}

/** Whether a press opens a console. */
export function isConsoleOpen(node: EditorNode): boolean {
  return consolePath(node) !== undefined;
}

/** Each console has one window: a second press brings it to the front. @returns whether there is one */
export function openConsole(node: EditorNode): boolean {
  const path = consolePath(node);
  if (path === undefined) return false;
  window.open(path, `gatewright-console-${path}`)?.focus();
  return true;
}
