// Takes back a wire that was drawn by hand between a plug and a socket that do not fit, and says why. Imports and undo are left
// alone: what they bring is marked, not taken away.
import { drawingOf, wiredNode } from '../drawing.ts';
import { drawnFault } from '../wires/drawn-fault.ts';
import { impossibleWire } from '../wires/impossible.ts';

export function refuseImpossibleWires(notify: (text: string, type: 'warning') => void): void {
  const waiting = new Map<EditorLink, string>();
  const takeBack = () => {
    forget([...waiting.keys()]);
    for (const text of new Set(waiting.values())) notify(text, 'warning');
    waiting.clear();
  };
  RED.events.on('links:add', (link: EditorLink) => {
    if (!isByHand()) return;
    const why = reason(link);
    if (why === undefined) return;
    // WHY later: Node-RED has not yet noted the wire for its undo.
    if (waiting.size === 0) setTimeout(takeBack);
    waiting.set(link, why);
  });
}

function isByHand(): boolean {
  const state = RED.view.state();
  return state === RED.state.JOINING || state === RED.state.QUICK_JOINING;
}

function reason({ source, sourcePort, target }: EditorLink): string | undefined {
  const wrong = impossibleWire({ node: wiredNode(source), port: sourcePort }, wiredNode(target), drawingOf());
  const start = wrong && RED.nodes.node(wrong.start.node.id);
  if (!wrong || !start) return undefined;
  return start._('wire.notKept', {
    why: drawnFault(start, { kinds: wrong.kinds, port: wrong.start.port, target: wrong.target }),
  });
}

/** A gesture that drew nothing else is undone as a whole, so that a wire which was moved is back in its old place. */
function forget(links: readonly EditorLink[]): void {
  const last = RED.history.peek();
  const drawn = last?.t === 'add' && last.nodes === undefined ? (last.links ?? []) : [];
  if (drawn.length > 0 && drawn.every(link => links.includes(link))) {
    RED.history.pop();
    RED.history.listRedo().pop();
  } else {
    for (const link of links) RED.nodes.removeLink(link);
    if (last?.links !== undefined) last.links = last.links.filter(link => !links.includes(link));
  }
  RED.view.redraw(true);
}
