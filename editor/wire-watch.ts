// Validates nodes again when a wire at them comes or goes, so that an illegal wire shows at once. Runs after bursts: an
// import adds thousands of wires at once.
import { factsOf } from './drawing.ts';

const SOON_MS = 50;

export function watchWires(): void {
  const waiting = new Set<EditorNode>();
  const validate = () => {
    for (const node of waiting) {
      RED.editor.validateNode(node);
      node.dirty = true;
    }
    waiting.clear();
    RED.view.redraw();
  };
  const wireChanged = (link: EditorLink) => {
    if (waiting.size === 0) setTimeout(validate, SOON_MS);
    // What comes into a node decides what may leave a firewall, and where a bus leaves the box.
    for (const node of [link.source, link.target]) if (factsOf(node) !== undefined) waiting.add(node);
  };
  RED.events.on('links:add', wireChanged);
  RED.events.on('links:remove', wireChanged);
}
