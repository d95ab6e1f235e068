// Puts a merged drawing into the editor in place of what is there, as Node-RED does when it merges: it can be undone at once.

/**
 * @param flow      merged
 * @param stored    what the server has now
 * @param revision  of that
 * @param changed   ids of what waits for a deploy
 */
export function takeOver(
  flow: readonly unknown[],
  stored: readonly unknown[],
  revision: string,
  changed: ReadonlySet<string>,
): void {
  const tab = RED.workspaces.active();
  RED.history.push({
    ...{ t: 'replace', complete: true, dirty: RED.nodes.dirty(), rev: RED.nodes.version() },
    ...{
      config: RED.nodes.createCompleteNodeSet({ credentials: true }),
      changed: marks('changed'),
      moved: marks('moved'),
    },
  });
  RED.nodes.clear();
  const { nodes } = RED.nodes.import(flow);
  RED.nodes.originalFlow(stored);
  RED.nodes.version(revision);
  RED.nodes.dirty(false);
  for (const node of nodes) {
    const locked = RED.nodes.workspace(node.z ?? '')?.locked === true; // refuses to be marked
    if (changed.has(node.id) && !locked) Object.assign(node, { changed: true });
  }
  RED.nodes.dirty(changed.size > 0);
  RED.view.redraw(true);
  RED.palette.refresh();
  RED.workspaces.refresh();
  RED.workspaces.show(tab, true);
  RED.sidebar.config.refresh();
}

function marks(mark: 'changed' | 'moved'): Readonly<Record<string, boolean>> {
  const marked: Record<string, boolean> = {};
  const note = (node: EditorNode) => {
    if (node[mark] === true) marked[node.id] = true;
    return undefined;
  };
  RED.nodes.eachNode(note);
  RED.nodes.eachConfig(note);
  return marked;
}
